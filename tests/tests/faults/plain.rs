//! Peers that cannot be reached, that break off, or that know nothing of
//! scopes: typed errors, and nothing left alive.

use std::{net::SocketAddr, time::Duration};

use futures::{StreamExt, stream, stream::BoxStream};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tonic::{
    Code, Request, Response, Status, Streaming,
    transport::{Channel, Endpoint},
};
use tonic_scope::{Scope, Scoped, scoped};
use tonic_scope_tests::{
    Apart, channel, serve, settles,
    shapes::{Answer, Ask, shapes_client::ShapesClient, shapes_server::Shapes},
    tasks_alive,
};

#[scoped(timeout = "500ms")]
async fn ask(url: String) -> Result<Response<Answer>, Status> {
    ShapesClient::connect(url)
        .await?
        .unary(Ask::default())
        .await
}

#[scoped(timeout = "500ms")]
async fn ask_lazily(url: String) -> Result<Response<Answer>, Status> {
    let endpoint =
        Endpoint::from_shared(url).map_err(|error| Status::internal(error.to_string()))?;
    let channel = endpoint.connect_lazy();
    ShapesClient::new(channel).unary(Ask::default()).await
}

#[scoped(timeout = "10s")]
async fn listen(url: String) -> Result<(), Status> {
    let mut client = ShapesClient::connect(url).await?;
    let mut answers = client.download(Ask::default()).await?.into_inner();
    while answers.message().await?.is_some() {}
    Ok(())
}

/// The scope of `name` has ended, and the runtime has no more tasks than before.
async fn nothing_is_left(name: &str, tasks: usize) {
    let scopes = || tonic_scope::monitor::snapshot().named(name).count();
    assert_eq!(settles(scopes, 0).await, 0);
    assert_eq!(settles(tasks_alive, tasks).await, tasks);
}

#[tokio::test]
async fn an_address_where_nobody_listens() {
    let port = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let tasks = tasks_alive();
    for name in ["ask", "ask_lazily"] {
        let url = format!("http://127.0.0.1:{port}");
        let status = if name == "ask" {
            ask(url).await
        } else {
            ask_lazily(url).await
        }
        .unwrap_err();
        assert_eq!(status.code(), Code::Unavailable, "{status}");
        nothing_is_left(name, tasks).await;
    }
}

#[tokio::test]
async fn an_address_that_is_none() {
    let status = ask("http://[".to_owned()).await.unwrap_err();
    assert_eq!(status.code(), Code::FailedPrecondition, "{status}");
    assert!(status.message().contains("invalid"), "{status}");
}

/// A listener whose queue is full drops what arrives: connecting to it hangs.
pub(crate) async fn black_hole() -> (SocketAddr, Vec<TcpStream>, TcpListener) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queue = Vec::new();
    loop {
        let attempt = tokio::time::timeout(Duration::from_millis(200), TcpStream::connect(address));
        match attempt.await {
            Ok(stream) => queue.push(stream.unwrap()),
            Err(_) => return (address, queue, listener),
        }
    }
}

#[tokio::test]
async fn a_black_hole_is_left_at_the_deadline() {
    let (address, _queue, _listener) = black_hole().await;
    let tasks = tasks_alive();
    for name in ["ask", "ask_lazily"] {
        let url = format!("http://{address}");
        let status = if name == "ask" {
            ask(url).await
        } else {
            ask_lazily(url).await
        }
        .unwrap_err();
        assert_eq!(status.code(), Code::DeadlineExceeded, "{status}");
        nothing_is_left(name, tasks).await;
    }
}

#[tokio::test]
async fn a_peer_that_goes_away_during_a_stream() {
    let tasks = tasks_alive();
    let server = Apart::new("server");
    let url = server.run(serve(Endless)).await;
    let listening = tokio::spawn(listen(url));
    let alive = || {
        let snapshot = tonic_scope::monitor::snapshot();
        let mut bonds = snapshot.named("listen").flat_map(|scope| &scope.bonds);
        bonds.any(|bond| bond.kind() == "call")
    };
    assert!(settles(alive, true).await, "the stream is open");
    drop(server);
    let status = listening.await.unwrap().unwrap_err();
    assert_ne!(status.code(), Code::DeadlineExceeded, "{status}");
    nothing_is_left("listen", tasks).await;
}

/// tonic's own timers report an expired deadline as `CANCELLED`, at the server
/// and in the client's channel.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_plain_server_calls_cancelled_is_the_deadline() {
    let server = Apart::new("server");
    let url = server.run(serve(Endless)).await;
    let channel = channel(url).await;

    let mut plain = ShapesClient::new(channel.clone());
    let mut request = Request::new(Ask::default());
    request.set_timeout(Duration::from_millis(20));
    assert_eq!(
        plain.unary(request).await.unwrap_err().code(),
        Code::Cancelled,
        "as tonic does it"
    );

    let client = ShapesClient::new(Scoped::new(channel));
    let codes: Vec<Code> = stream::iter(0..1_000)
        .map(|_| timed_out(client.clone()))
        .buffer_unordered(32)
        .collect()
        .await;
    let other: Vec<_> = codes
        .iter()
        .filter(|code| **code != Code::DeadlineExceeded)
        .collect();
    assert!(other.is_empty(), "{} of 1000: {other:?}", other.len());
}

#[tokio::test]
async fn the_timeout_of_an_endpoint_is_a_deadline_too() {
    let server = Apart::new("server");
    let url = server.run(serve(Endless)).await;
    let endpoint = Endpoint::from_shared(url)
        .unwrap()
        .timeout(Duration::from_millis(20));
    let mut client = ShapesClient::new(Scoped::new(endpoint.connect().await.unwrap()));
    let scope = Scope::builder("patient").timeout(Duration::from_secs(60));
    let status = scope
        .run(async move { client.unary(Ask::default()).await })
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status}");
    assert!(status.message().contains("endpoint"), "{status}");
}

/// Waits for its call alone, beyond the deadline, and so sees what the call's
/// own limit makes of the answer.
async fn timed_out(mut client: ShapesClient<Scoped<Channel>>) -> Code {
    let scope = Scope::builder("timed_out")
        .timeout(Duration::from_secs(60))
        .call_timeout(Duration::from_millis(20));
    let body =
        async move { Ok::<_, Status>(client.unary(Ask::default()).await.unwrap_err().code()) };
    scope.run(body).await.unwrap()
}

/// A service without scopes whose handlers never come to an end.
struct Endless;

#[tonic::async_trait]
impl Shapes for Endless {
    type DownloadStream = BoxStream<'static, Result<Answer, Status>>;
    type ChatStream = BoxStream<'static, Result<Answer, Status>>;

    async fn unary(&self, _: Request<Ask>) -> Result<Response<Answer>, Status> {
        std::future::pending().await
    }

    async fn upload(&self, _: Request<Streaming<Ask>>) -> Result<Response<Answer>, Status> {
        std::future::pending().await
    }

    async fn download(&self, _: Request<Ask>) -> Result<Response<Self::DownloadStream>, Status> {
        Ok(Response::new(stream::pending().boxed()))
    }

    async fn chat(&self, _: Request<Streaming<Ask>>) -> Result<Response<Self::ChatStream>, Status> {
        Ok(Response::new(stream::pending().boxed()))
    }
}
