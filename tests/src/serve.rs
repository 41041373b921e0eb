use std::net::SocketAddr;

use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::{Channel, Endpoint, Server};
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
/// milliseconds is no attack.
///
/// # Panics
///
/// If no port is free.
pub async fn serve(service: impl Shapes) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = url(listener.local_addr().expect("a bound socket"));
    let server = Server::builder()
        .http2_max_pending_accept_reset_streams(Some(10_000))
        .add_service(ShapesServer::new(service));
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
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
/// # Panics
///
/// If nobody listens there.
pub async fn channel(url: String) -> Channel {
    let endpoint = Endpoint::from_shared(url).expect("a URL");
    endpoint.connect().await.expect("somebody listens")
}

pub(crate) fn url(address: SocketAddr) -> String {
    format!("http://{address}")
}
