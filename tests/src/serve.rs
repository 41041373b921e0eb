use std::net::SocketAddr;

use tokio::net::TcpListener;
use tonic::transport::{Channel, Endpoint, Server, server::TcpIncoming};
use tonic_scope::Scoped;

use crate::shapes::{
    shapes_client::ShapesClient,
    shapes_server::{Shapes, ShapesServer},
};

/// Serves `service` in the current runtime, on a free port of the loopback
/// interface, and returns its URL.
///
/// The server is made for callers that cancel many calls at once. Where a
/// machine is so busy that some 20 calls are opened and cancelled before the
/// server looks at them, HTTP/2 servers take the caller for an attacker
/// (CVE-2023-44487) and close the connection; a test with deadlines of a few
/// milliseconds is no attack. Small messages that nobody read before their call
/// was reset are counted as well, against the connection's window.
///
/// # Panics
///
/// If no port is free.
pub async fn serve(service: impl Shapes) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = url(listener.local_addr().expect("a bound socket"));
    let server = Server::builder()
        .http2_max_pending_accept_reset_streams(Some(10_000))
        .initial_connection_window_size(Some(1 << 30))
        .add_service(ShapesServer::new(service));
    // As `serve` sets it; without, the system holds small frames back for 40 ms.
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    tokio::spawn(server.serve_with_incoming(incoming));
    url
}

/// A long-lived client, connected, whose calls are bound to scopes.
///
/// # Panics
///
/// If nobody listens there.
pub async fn long_lived(url: String) -> ShapesClient<Scoped<Channel>> {
    ShapesClient::new(Scoped::new(channel(url).await))
}

/// A connection.
///
/// It remembers more of the calls that it has reset than the 10 of HTTP/2 clients: an answer
/// that crosses the reset of a call that is forgotten counts as an error, and
/// after 1,024 of those the connection is closed.
///
/// # Panics
///
/// If nobody listens there.
pub async fn channel(url: String) -> Channel {
    let endpoint = Endpoint::from_shared(url)
        .expect("a URL")
        .http2_max_concurrent_reset_streams(10_000);
    endpoint.connect().await.expect("somebody listens")
}

pub(crate) fn url(address: SocketAddr) -> String {
    format!("http://{address}")
}
