//! A service that goes as far as it is told, and no further.

use std::{pin::Pin, time::Duration};

use futures::{Stream, StreamExt as _, stream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tonic::{Request, Response, Status, Streaming, transport::Server};
use tonic_scope::{Scope, ServerScopeLayer, parts::ServerScope};
use tonic_scope_tests::{
    Memory,
    shapes::{
        Answer, Ask,
        shapes_client::ShapesClient,
        shapes_server::{Shapes, ShapesServer},
    },
};
use tower::Layer as _;

/// What became of a handler.
#[derive(Debug)]
pub(crate) enum Event {
    Began(Option<Scope>),
    /// A message of the upload, or its end.
    Uploaded(Result<bool, Status>),
}

/// `Unary` is answered if it asks to `"go on"`, `Upload` never. `Download` and `Chat`
/// begin with a message; then the one ends if it asks to `"go on"`, and the other
/// echoes, or speaks by itself if it asks for a `"tick"`.
pub(crate) struct Handlers {
    events: UnboundedSender<Event>,
}

/// Serves the handlers in memory, behind the layer if there is one.
pub(crate) fn serve(layer: Option<ServerScopeLayer>) -> (Memory, UnboundedReceiver<Event>) {
    let (sender, events) = unbounded_channel();
    let service = ShapesServer::new(Handlers { events: sender });
    let (memory, incoming) = Memory::new();
    if let Some(layer) = layer {
        let server = Server::builder().layer(layer).add_service(service);
        tokio::spawn(server.serve_with_incoming(incoming));
    } else {
        let server = Server::builder().add_service(service);
        tokio::spawn(server.serve_with_incoming(incoming));
    }
    (memory, events)
}

/// The service in its layer, with no transport between it and its callers: tonic's
/// own timers are in the transport, and they would be first.
pub(crate) type Direct = ShapesClient<ServerScope<ShapesServer<Handlers>>>;

/// A client of the handlers behind the layer.
pub(crate) fn direct(layer: &ServerScopeLayer) -> (Direct, UnboundedReceiver<Event>) {
    let (sender, events) = unbounded_channel();
    let service = ShapesServer::new(Handlers { events: sender });
    (ShapesClient::new(layer.layer(service)), events)
}

type Answers = Pin<Box<dyn Stream<Item = Result<Answer, Status>> + Send>>;

impl Handlers {
    fn begin(&self) {
        let _ = self.events.send(Event::Began(Scope::current()));
    }

    fn uploaded(&self, message: Result<bool, Status>) {
        let _ = self.events.send(Event::Uploaded(message));
    }
}

/// Four answers, seven seconds apart.
fn ticks() -> Answers {
    let tick = |_| async {
        tokio::time::sleep(Duration::from_secs(7)).await;
        Ok(Answer::default())
    };
    stream::iter(0..4).then(tick).boxed()
}

/// Not in the poll that yields the first message, which would be lost with it.
async fn panic_later() -> Result<Answer, Status> {
    tokio::task::yield_now().await;
    panic!("as asked")
}

#[tonic::async_trait]
impl Shapes for Handlers {
    type DownloadStream = Answers;
    type ChatStream = Answers;

    async fn unary(&self, request: Request<Ask>) -> Result<Response<Answer>, Status> {
        self.begin();
        match request.get_ref().text.as_str() {
            "go on" => Ok(Response::new(Answer::default())),
            "panic" => panic!("as asked"),
            _ => std::future::pending().await,
        }
    }

    async fn upload(&self, request: Request<Streaming<Ask>>) -> Result<Response<Answer>, Status> {
        self.begin();
        let mut asks = request.into_inner();
        loop {
            let message = asks.message().await;
            self.uploaded(message.as_ref().map(Option::is_some).map_err(Status::clone));
            if message?.is_none() {
                break;
            }
        }
        std::future::pending().await
    }

    async fn download(&self, request: Request<Ask>) -> Result<Response<Answers>, Status> {
        self.begin();
        let first = stream::iter([Ok(Answer::default())]);
        Ok(Response::new(match request.get_ref().text.as_str() {
            "go on" => first.boxed(),
            "panic" => first.chain(stream::once(panic_later())).boxed(),
            _ => first.chain(stream::pending()).boxed(),
        }))
    }

    async fn chat(&self, request: Request<Streaming<Ask>>) -> Result<Response<Answers>, Status> {
        self.begin();
        let first = stream::iter([Ok(Answer::default())]);
        let answers = request
            .into_inner()
            .flat_map_unordered(None, |ask| match ask {
                Ok(ask) if ask.text == "tick" => ticks(),
                ask => stream::iter([ask.map(|_| Answer::default())]).boxed(),
            });
        Ok(Response::new(first.chain(answers).boxed()))
    }
}
