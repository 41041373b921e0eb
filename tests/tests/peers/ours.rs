//! Our server, whose handlers report, and our client.

use std::time::Duration;

use futures::{StreamExt, stream, stream::BoxStream};
use tokio::{
    net::TcpListener,
    sync::{
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
        oneshot,
    },
    task::JoinHandle,
};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{
    Code, Request, Response, Status, Streaming,
    transport::{Channel, Server},
};
use tonic_scope::{Scope, Scoped, ServerScopeLayer, scoped};
use tonic_scope_tests::{
    long_lived,
    shapes::{
        Answer, Ask,
        shapes_client::ShapesClient,
        shapes_server::{Shapes, ShapesServer},
    },
};

pub(crate) type Client = ShapesClient<Scoped<Channel>>;

/// Where the scopes of requests come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scopes {
    Layer,
    Attribute,
}

pub(crate) const BOTH: [Scopes; 2] = [Scopes::Layer, Scopes::Attribute];

/// What a handler reports.
#[derive(Debug)]
enum Event {
    Began(Scope),
    Uploaded(Result<(), Code>),
}

/// Our server.
#[derive(Debug)]
pub(crate) struct Ours {
    pub(crate) url: String,
    events: UnboundedReceiver<Event>,
}

impl Ours {
    pub(crate) async fn start(scopes: Scopes) -> Self {
        Self::start_before(scopes, None).await
    }

    /// A server whose handlers pass `forward` on to the next one.
    pub(crate) async fn start_before(scopes: Scopes, next: Option<&str>) -> Self {
        let (sender, events) = unbounded_channel();
        let next = match next {
            Some(url) => Some(long_lived(url.to_owned()).await),
            None => None,
        };
        let handlers = Handlers {
            events: sender,
            next,
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let incoming = TcpListenerStream::new(listener);
        match scopes {
            Scopes::Layer => tokio::spawn(
                Server::builder()
                    .layer(ServerScopeLayer::new())
                    .add_service(ShapesServer::new(handlers))
                    .serve_with_incoming(incoming),
            ),
            Scopes::Attribute => tokio::spawn(
                Server::builder()
                    .add_service(ShapesServer::new(Annotated(handlers)))
                    .serve_with_incoming(incoming),
            ),
        };
        Self { url, events }
    }

    /// The scope of the handler that began next.
    pub(crate) async fn scope(&mut self) -> Scope {
        loop {
            match self.events.recv().await {
                Some(Event::Began(scope)) => return scope,
                Some(Event::Uploaded(_)) => {}
                None => panic!("the server lives"),
            }
        }
    }

    /// Whether nothing more has been reported.
    pub(crate) fn is_quiet(&mut self) -> bool {
        self.events.try_recv().is_err()
    }

    /// How the next upload ended for its handler.
    pub(crate) async fn uploaded(&mut self) -> Result<(), Code> {
        match self.events.recv().await {
            Some(Event::Uploaded(how)) => how,
            other => panic!("{other:?}"),
        }
    }
}

/// Answers `answer`, passes `forward` on, and lets anything else wait: a response
/// stream after its first message.
struct Handlers {
    events: UnboundedSender<Event>,
    next: Option<Client>,
}

impl Handlers {
    fn begin(&self) {
        let scope = Scope::current().expect("each request has a scope");
        let _ = self.events.send(Event::Began(scope));
    }

    fn uploaded(&self, how: Result<(), &Status>) {
        let how = how.map_err(Status::code);
        let _ = self.events.send(Event::Uploaded(how));
    }

    async fn answer(&self, text: String) -> Result<Response<Answer>, Status> {
        match (text.as_str(), &self.next) {
            ("answer", _) => Ok(Response::new(answer(text))),
            ("forward", Some(next)) => next.clone().unary(ask("answer")).await,
            _ => std::future::pending().await,
        }
    }
}

#[tonic::async_trait]
impl Shapes for Handlers {
    type DownloadStream = BoxStream<'static, Result<Answer, Status>>;
    type ChatStream = BoxStream<'static, Result<Answer, Status>>;

    async fn unary(&self, request: Request<Ask>) -> Result<Response<Answer>, Status> {
        self.begin();
        self.answer(request.into_inner().text).await
    }

    async fn download(
        &self,
        request: Request<Ask>,
    ) -> Result<Response<Self::DownloadStream>, Status> {
        self.begin();
        let text = request.into_inner().text;
        let rest = match text.as_str() {
            "answer" => stream::empty().boxed(),
            _ => stream::pending().boxed(),
        };
        let answers = stream::iter([Ok(answer(text))]).chain(rest);
        Ok(Response::new(answers.boxed()))
    }

    async fn upload(&self, request: Request<Streaming<Ask>>) -> Result<Response<Answer>, Status> {
        self.begin();
        let mut asks = request.into_inner();
        let mut last = String::new();
        loop {
            match asks.message().await {
                Ok(Some(ask)) => last = ask.text,
                Ok(None) => break,
                Err(status) => {
                    self.uploaded(Err(&status));
                    return Err(status);
                }
            }
        }
        self.uploaded(Ok(()));
        self.answer(last).await
    }

    async fn chat(
        &self,
        request: Request<Streaming<Ask>>,
    ) -> Result<Response<Self::ChatStream>, Status> {
        self.begin();
        let echo = |ask: Result<Ask, Status>| ask.map(|ask| answer(ask.text));
        Ok(Response::new(request.into_inner().map(echo).boxed()))
    }
}

/// The same handlers, each in a scope of its own.
struct Annotated(Handlers);

#[scoped(timeout = "60s", stream(timeout = "60s"))]
#[tonic::async_trait]
impl Shapes for Annotated {
    type DownloadStream = BoxStream<'static, Result<Answer, Status>>;
    type ChatStream = BoxStream<'static, Result<Answer, Status>>;

    async fn unary(&self, request: Request<Ask>) -> Result<Response<Answer>, Status> {
        self.0.unary(request).await
    }

    async fn download(
        &self,
        request: Request<Ask>,
    ) -> Result<Response<Self::DownloadStream>, Status> {
        self.0.download(request).await
    }

    async fn upload(&self, request: Request<Streaming<Ask>>) -> Result<Response<Answer>, Status> {
        self.0.upload(request).await
    }

    async fn chat(
        &self,
        request: Request<Streaming<Ask>>,
    ) -> Result<Response<Self::ChatStream>, Status> {
        self.0.chat(request).await
    }
}

/// Makes a call and reads it to its end. A request stream asks `text`, or nothing
/// for the empty text, and is complete only where the peer is to come to an end.
pub(crate) async fn call(
    mut client: Client,
    shape: &'static str,
    text: &'static str,
) -> Result<(), Status> {
    let asks = match text {
        "" => Vec::new(),
        text => vec![ask(text)],
    };
    let rest = match text {
        "answer" | "cancel" => stream::empty().left_stream(),
        _ => stream::pending().right_stream(),
    };
    let asks = stream::iter(asks).chain(rest);
    let answers = match shape {
        "Unary" => return client.unary(ask(text)).await.map(drop),
        "Upload" => return client.upload(asks).await.map(drop),
        "Download" => client.download(ask(text)).await?,
        "Chat" => client.chat(asks).await?,
        other => panic!("{other}"),
    };
    let mut answers = answers.into_inner();
    while answers.message().await?.is_some() {}
    Ok(())
}

/// Runs a call in a scope, and hands out the scope as soon as it is open.
pub(crate) async fn in_scope(
    timeout: Duration,
    body: impl Future<Output = Result<(), Status>> + Send + 'static,
) -> (Scope, JoinHandle<Result<(), Status>>) {
    let (sender, scope) = oneshot::channel();
    let run = Scope::builder("caller").timeout(timeout).run(async move {
        let _ = sender.send(Scope::current().unwrap());
        body.await
    });
    let task = tokio::spawn(run);
    (scope.await.unwrap(), task)
}

pub(crate) fn ask(text: &str) -> Ask {
    Ask {
        text: text.to_owned(),
    }
}

fn answer(text: String) -> Answer {
    Answer {
        text,
        ..Answer::default()
    }
}
