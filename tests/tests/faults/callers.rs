//! Callers that break off, fall silent or do not read: the server's handler ends,
//! and nothing of it is left.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures::{StreamExt, stream, stream::BoxStream};
use nix::sys::signal::Signal;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{mpsc::UnboundedReceiver, oneshot},
};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Status, Streaming, transport::Server};
use tonic_scope::{CloseReason, Scope, ServerScopeLayer};
use tonic_scope_tests::{
    Apart, Process, Wire, channel, settles,
    shapes::{Answer, Ask, shapes_client::ShapesClient, shapes_server::ShapesServer},
    tasks_alive,
};

use crate::harness::{Does, LONG, SHORT, Service, Shape, call, endless};

for_each_shape!(
    caller_is_killed,
    caller_is_stopped,
    caller_resets_the_connection,
    caller_is_half_open,
    caller_never_reads,
    caller_uploads_a_byte_an_hour,
);

/// A server in this runtime, whose handlers read all of an upload and answer
/// messages without end, or never.
pub(super) struct Served {
    pub(super) url: String,
    scopes: UnboundedReceiver<Scope>,
    tasks: usize,
}

impl Served {
    pub(super) async fn start(timeout: Duration, does: Does) -> Self {
        let (service, scopes) = Service::new(timeout, does);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = Server::builder()
            .layer(ServerScopeLayer::new())
            .add_service(ShapesServer::new(service));
        tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
        let tasks = tasks_alive();
        Self { url, scopes, tasks }
    }

    /// The scope of a handler that has begun.
    pub(super) async fn scope(&mut self) -> Scope {
        self.scopes.recv().await.expect("a handler begins")
    }

    /// All callers are gone, and so is all that was there for them.
    pub(super) async fn nothing_is_left(&self) {
        assert_eq!(settles(tasks_alive, self.tasks).await, self.tasks);
    }
}

fn answers(shape: Shape) -> Does {
    Arc::new(
        move |upload: Option<Streaming<Ask>>| -> BoxStream<'static, Result<Answer, Status>> {
            let read = async move {
                if let Some(mut upload) = upload {
                    while upload.message().await?.is_some() {}
                    panic!("an upload that was cut off must not look complete");
                }
                std::future::pending::<Result<Answer, Status>>().await
            };
            let loads = stream::repeat_with(|| {
                Ok(Answer {
                    load: vec![0; 4096],
                    ..Answer::default()
                })
            });
            let loads = loads.take(if shape.streams() { usize::MAX } else { 0 });
            if shape == Shape::Chat {
                stream::select(loads, stream::once(read)).boxed()
            } else {
                loads.chain(stream::once(read)).boxed()
            }
        },
    )
}

/// In a child: a caller that reads what it gets.
async fn call_from_child(url: String, shape: Shape) {
    let client = ShapesClient::new(channel(url).await);
    let _ = call(client, shape).await;
    std::future::pending::<()>().await;
}

fn child(test: &str, shape: Shape, url: &str) -> Process {
    let shape = format!("{shape:?}").to_lowercase();
    Process::again(&format!("callers::{test}::{shape}"), url)
}

/// The scope of the request is ended for its owner was dropped, and the handler's
/// with it, unless the handler saw the end of its upload first.
async fn broke_off(scope: &Scope, shape: Shape) {
    match scope.ended().await {
        CloseReason::Cancelled => {}
        CloseReason::Failed if shape.uploads() => {}
        other => panic!("{other}"),
    }
}

async fn caller_is_killed(shape: Shape) {
    if let Some(url) = Process::told() {
        return call_from_child(url, shape).await;
    }
    let mut served = Served::start(LONG, answers(shape)).await;
    let child = child("caller_is_killed", shape, &served.url);
    let scope = served.scope().await;
    child.signal(Signal::SIGKILL);
    broke_off(&scope, shape).await;
    served.nothing_is_left().await;
}

async fn caller_is_stopped(shape: Shape) {
    if let Some(url) = Process::told() {
        return call_from_child(url, shape).await;
    }
    let mut served = Served::start(SHORT, answers(shape)).await;
    let child = child("caller_is_stopped", shape, &served.url);
    let scope = served.scope().await;
    child.signal(Signal::SIGSTOP);
    assert_eq!(scope.ended().await, CloseReason::DeadlineExceeded);
    drop(child);
    served.nothing_is_left().await;
}

/// A caller over a line that can go bad; it ends with the second value.
async fn over_a_wire(url: &str, shape: Shape) -> (Wire, Apart) {
    let wire = Wire::to(Some(url)).await;
    let apart = Apart::new("caller");
    let url = wire.url();
    apart.handle().spawn(async move {
        let client = ShapesClient::new(channel(url).await);
        let _ = call(client, shape).await;
    });
    (wire, apart)
}

async fn caller_resets_the_connection(shape: Shape) {
    let mut served = Served::start(LONG, answers(shape)).await;
    let (wire, _caller) = over_a_wire(&served.url, shape).await;
    let scope = served.scope().await;
    wire.cut();
    broke_off(&scope, shape).await;
    served.nothing_is_left().await;
}

async fn caller_is_half_open(shape: Shape) {
    let mut served = Served::start(SHORT, answers(shape)).await;
    let (wire, caller) = over_a_wire(&served.url, shape).await;
    let scope = served.scope().await;
    wire.die();
    assert_eq!(scope.ended().await, CloseReason::DeadlineExceeded);
    drop((wire, caller));
    served.nothing_is_left().await;
}

/// It does not take the answer of a shape with one either.
async fn caller_never_reads(shape: Shape) {
    let mut served = Served::start(SHORT, answers(shape)).await;
    let caller = Apart::new("caller");
    let url = served.url.clone();
    let (stuck, _stuck) = oneshot::channel();
    caller.handle().spawn(async move {
        let mut client = ShapesClient::new(channel(url).await);
        let answers = match shape {
            Shape::Unary => return drop(client.unary(Ask::default()).await),
            Shape::Upload => return drop(client.upload(endless()).await),
            Shape::Download => client.download(Ask::default()).await,
            Shape::Chat => client.chat(endless()).await,
        };
        let _ = stuck.send(answers);
        std::future::pending::<()>().await;
    });
    let scope = served.scope().await;
    assert_eq!(scope.ended().await, CloseReason::DeadlineExceeded);
    drop(caller);
    served.nothing_is_left().await;
}

/// It sends the beginning of a message, and then as good as nothing; of a shape
/// without an upload, nothing at all.
async fn caller_uploads_a_byte_an_hour(shape: Shape) {
    let mut served = Served::start(SHORT, answers(shape)).await;
    let caller = Apart::new("caller");
    let address = served.url.strip_prefix("http://").unwrap().to_owned();
    let path = format!("{}/tonic_scope.tests.Shapes/{shape:?}", served.url);
    let (saw, has_seen) = oneshot::channel();
    caller.handle().spawn(async move {
        let socket = TcpStream::connect(address).await.unwrap();
        let (mut client, connection) = h2::client::handshake(socket).await.unwrap();
        tokio::spawn(connection);
        let request = http::Request::post(path)
            .header("content-type", "application/grpc")
            .body(())
            .unwrap();
        let (response, mut upload) = client.send_request(request, false).unwrap();
        if shape.uploads() {
            // A message of a hundred bytes, of which there is one.
            upload
                .send_data(Bytes::from_static(&[0, 0, 0, 0, 100, 1]), false)
                .unwrap();
        } else {
            upload.send_data(Bytes::from_static(&[0; 5]), true).unwrap();
        }
        let response = response.await.unwrap();
        let mut status = response.headers().get("grpc-status").cloned();
        if status.is_none() {
            let mut body = response.into_body();
            while let Some(Ok(data)) = body.data().await {
                body.flow_control().release_capacity(data.len()).unwrap();
            }
            let trailers = body.trailers().await.unwrap();
            status = trailers.unwrap().get("grpc-status").cloned();
        }
        saw.send(status).unwrap();
        drop(upload);
    });
    let scope = served.scope().await;
    assert_eq!(scope.ended().await, CloseReason::DeadlineExceeded);
    let status = has_seen.await.unwrap();
    assert_eq!(status.unwrap(), "4", "DEADLINE_EXCEEDED, on the wire");
    drop(caller);
    served.nothing_is_left().await;
}
