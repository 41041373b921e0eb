//! A server of annotated handlers, in the process of its callers.

use std::{
    sync::{
        Mutex,
        mpsc::{self, RecvTimeoutError},
    },
    time::Duration,
};

use futures::{
    StreamExt as _,
    stream::{self, BoxStream},
};
use tokio::{net::TcpListener, runtime::Handle};
use tonic::{
    Request, Response, Status, Streaming,
    transport::{Server, server::TcpIncoming},
};
use tonic_scope::{ServerScopeLayer, scoped};
use tonic_scope_tests::shapes::{
    Answer, Ask,
    shapes_server::{Shapes, ShapesServer},
};

/// Does what it is asked to in the text.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// A handler that blocks its thread waits for this to be dropped.
    blocks: Mutex<Option<mpsc::Receiver<()>>>,
}

impl Asked {
    /// And what lets it go when it is dropped.
    pub(crate) fn blocking() -> (Self, mpsc::Sender<()>) {
        let (release, blocks) = mpsc::channel();
        let blocks = Mutex::new(Some(blocks));
        (Self { blocks }, release)
    }
}

#[scoped(timeout = "20s", stream(idle = "20s"), allow(blocking))]
#[tonic::async_trait]
impl Shapes for Asked {
    type DownloadStream = BoxStream<'static, Result<Answer, Status>>;
    type ChatStream = BoxStream<'static, Result<Answer, Status>>;

    async fn unary(&self, request: Request<Ask>) -> Result<Response<Answer>, Status> {
        match request.into_inner().text.as_str() {
            "fail" => Err(Status::not_found("as asked")),
            "panic" => panic!("as asked"),
            "stall" => std::future::pending().await,
            "block" => {
                let blocks = self.blocks.lock().unwrap().take();
                let task = tokio::spawn(async move { blocks.map(|it| it.recv()) }); // <blocked handler>
                let _ = task.await;
                Ok(Response::new(Answer::default()))
            }
            _ => Ok(Response::new(Answer::default())),
        }
    }

    async fn download(
        &self,
        request: Request<Ask>,
    ) -> Result<Response<Self::DownloadStream>, Status> {
        let answers = stream::repeat_with(|| Ok(Answer::default())).take(3);
        Ok(Response::new(if request.get_ref().text == "stall" {
            answers.chain(stream::pending()).boxed()
        } else {
            answers.boxed()
        }))
    }

    async fn upload(&self, request: Request<Streaming<Ask>>) -> Result<Response<Answer>, Status> {
        let mut asks = request.into_inner();
        while asks.message().await?.is_some() {}
        Ok(Response::new(Answer::default()))
    }

    async fn chat(
        &self,
        request: Request<Streaming<Ask>>,
    ) -> Result<Response<Self::ChatStream>, Status> {
        let answers = request
            .into_inner()
            .map(|ask| ask.map(|_| Answer::default()));
        Ok(Response::new(answers.boxed()))
    }
}

/// Serves it in this runtime, with a layer of its own, for as long as that lives.
pub(crate) async fn serve(service: Asked, scopes: ServerScopeLayer) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = Server::builder()
        .http2_max_pending_accept_reset_streams(Some(100_000))
        .initial_connection_window_size(Some(1 << 30))
        .layer(scopes)
        .add_service(ShapesServer::new(service));
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    tokio::spawn(server.serve_with_incoming(incoming));
    url
}

pub(crate) fn ask(text: &str) -> Ask {
    Ask {
        text: text.to_owned(),
    }
}

/// Wakes the workers of the current runtime now and then, until it is dropped.
///
/// A task that blocks may have the worker that would have looked at the timers next,
/// and tokio wakes no other one for that.
pub(crate) fn nudge() -> mpsc::Sender<()> {
    let runtime = Handle::current();
    let (alive, over) = mpsc::channel();
    std::thread::spawn(move || {
        while over.recv_timeout(Duration::from_millis(10)) == Err(RecvTimeoutError::Timeout) {
            runtime.spawn(async {});
        }
    });
    alive
}

/// The line of the comment `<mark>` in a source text.
pub(crate) fn line_of(source: &str, mark: &str) -> u32 {
    let mark = format!("// <{mark}>");
    let line = source.lines().position(|line| line.ends_with(&mark));
    u32::try_from(line.expect("marked") + 1).unwrap()
}

/// For checks that find something, which wait for so long.
pub(crate) const SHORT: Duration = Duration::from_secs(1);
