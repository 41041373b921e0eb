//! A service whose scoped handlers call a peer, and a caller of it.

use std::{sync::Arc, time::Duration};

use futures::{StreamExt, stream, stream::BoxStream};
use tokio::{
    sync::{
        Mutex, Notify,
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    },
    task::JoinHandle,
};
use tonic::{Code, Request, Response, Status, Streaming, transport::Channel};
use tonic_scope::{Scope, Scoped, scoped};
use tonic_scope_tests::{
    Apart, Peer, channel, serve,
    shapes::{Answer, Ask, shapes_client::ShapesClient, shapes_server::Shapes},
};

/// How a handler ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Completed,
    Failed,
    Deadline,
    Idle,
    Cancelled,
    OwnerDropped,
    Panicked,
}

/// The client through which a handler calls the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Temporary,
    LongLived,
}

/// The running service.
pub(crate) struct Front {
    caller: Apart,
    channel: Channel,
    go: Arc<Notify>,
    scopes: Mutex<UnboundedReceiver<Scope>>,
}

#[derive(Clone)]
struct Service {
    peer: String,
    long_lived: Option<ShapesClient<Scoped<Channel>>>,
    timeout: Duration,
    idle: Duration,
    end: End,
    go: Arc<Notify>,
    scopes: UnboundedSender<Scope>,
}

const SHORT: Duration = Duration::from_millis(300);
const LONG: Duration = Duration::from_secs(60);

impl Front {
    /// Starts the service in this runtime and connects a caller to it from
    /// another.
    pub(crate) async fn start(peer: &Peer, end: End, transport: Transport) -> Self {
        let go = Arc::new(Notify::new());
        let (scopes, seen) = unbounded_channel();
        let long_lived = match transport {
            Transport::Temporary => None,
            Transport::LongLived => {
                let channel = channel(peer.url()).await;
                Some(ShapesClient::new(Scoped::new(channel)))
            }
        };
        let service = Service {
            peer: peer.url(),
            long_lived,
            timeout: if end == End::Deadline { SHORT } else { LONG },
            idle: if end == End::Idle { SHORT } else { LONG },
            end,
            go: Arc::clone(&go),
            scopes,
        };
        let url = serve(service).await;
        let caller = Apart::new("caller");
        let channel = caller
            .run(async move {
                let channel = channel(url).await;
                // The connection is settled at both ends once it has carried a call.
                let mut client = ShapesClient::new(channel.clone());
                let ask = Ask {
                    text: "ready".to_owned(),
                };
                assert_eq!(
                    client.unary(ask).await.unwrap_err().code(),
                    Code::Unavailable
                );
                channel
            })
            .await;
        Self {
            caller,
            channel,
            go,
            scopes: Mutex::new(seen),
        }
    }

    /// Lets the handler come to its end.
    pub(crate) fn go(&self) {
        self.go.notify_one();
    }

    /// The scope of the handler that ran.
    pub(crate) async fn scope(&self) -> Scope {
        self.scopes
            .lock()
            .await
            .recv()
            .await
            .expect("a handler ran")
    }

    /// Calls the service, from a scope: with tonic alone, dropping a call whose
    /// upload is not complete does not end it.
    pub(crate) fn call(&self, shape: &'static str) -> Call {
        let client = ShapesClient::new(Scoped::new(self.channel.clone()));
        let scope = Scope::builder("caller").no_timeout();
        Call(self.caller.handle().spawn(scope.run(call(client, shape))))
    }
}

/// A call to the service.
pub(crate) struct Call(JoinHandle<Result<(), Status>>);

impl Call {
    /// How it ended, for its caller.
    pub(crate) async fn outcome(self) -> Code {
        self.0
            .await
            .unwrap()
            .map_or_else(|status| status.code(), |()| Code::Ok)
    }

    /// Drops it.
    pub(crate) fn hang_up(self) {
        self.0.abort();
    }
}

async fn call(
    mut client: ShapesClient<Scoped<Channel>>,
    shape: &'static str,
) -> Result<(), Status> {
    match shape {
        "unary" => client.unary(Ask::default()).await.map(drop),
        "upload" => client.upload(endless()).await.map(drop),
        "download" => drain(client.download(Ask::default()).await?.into_inner()).await,
        _ => drain(client.chat(endless()).await?.into_inner()).await,
    }
}

/// Reads a stream to its end, of which there must be exactly one.
async fn drain(mut answers: Streaming<Answer>) -> Result<(), Status> {
    while answers.message().await?.is_some() {}
    assert!(answers.message().await.unwrap().is_none());
    Ok(())
}

/// An upload of one message that never completes.
fn endless() -> impl futures::Stream<Item = Ask> + Send + 'static {
    stream::iter([Ask::default()]).chain(stream::pending())
}

impl Service {
    /// Shows the test the scope that the handler runs in.
    fn begin(&self) -> Scope {
        let scope = Scope::current().expect("the handler runs in a scope");
        self.scopes.send(scope.clone()).expect("the test is there");
        scope
    }

    /// Comes to the end that was asked for.
    async fn come_to_an_end(&self, scope: Scope) -> Result<Answer, Status> {
        self.go.notified().await;
        match self.end {
            End::Completed => Ok(Answer::default()),
            End::Failed => Err(Status::aborted("as asked")),
            End::Panicked => panic!("as asked"),
            End::Cancelled => {
                scope.cancel();
                std::future::pending().await
            }
            End::Deadline | End::Idle | End::OwnerDropped => std::future::pending().await,
        }
    }

    /// The same, as a stream of one message or error.
    fn stream_to_an_end(&self, scope: Scope) -> BoxStream<'static, Result<Answer, Status>> {
        let service = self.clone();
        stream::once(async move { service.come_to_an_end(scope).await }).boxed()
    }
}

#[scoped(
    timeout = self.timeout,
    stream(timeout = self.timeout, idle = self.idle),
    allow(fire_and_forget)
)]
#[tonic::async_trait]
impl Shapes for Service {
    type DownloadStream = BoxStream<'static, Result<Answer, Status>>;
    type ChatStream = BoxStream<'static, Result<Answer, Status>>;

    async fn unary(&self, request: Request<Ask>) -> Result<Response<Answer>, Status> {
        if request.get_ref().text == "ready" {
            return Err(Status::unavailable("ready"));
        }
        let scope = self.begin();
        let mut client = match &self.long_lived {
            Some(client) => client.clone(),
            None => ShapesClient::connect(self.peer.clone()).await?,
        };
        tokio::spawn(async move { client.unary(Ask::default()).await.map(drop) });
        tokio::spawn(std::future::pending::<()>());
        self.come_to_an_end(scope).await.map(Response::new)
    }

    async fn upload(&self, _request: Request<Streaming<Ask>>) -> Result<Response<Answer>, Status> {
        let scope = self.begin();
        let mut client = match &self.long_lived {
            Some(client) => client.clone(),
            None => ShapesClient::connect(self.peer.clone()).await?,
        };
        tokio::spawn(async move { client.upload(endless()).await.map(drop) });
        tokio::spawn(std::future::pending::<()>());
        self.come_to_an_end(scope).await.map(Response::new)
    }

    async fn download(
        &self,
        _request: Request<Ask>,
    ) -> Result<Response<Self::DownloadStream>, Status> {
        let scope = self.begin();
        let mut client = match &self.long_lived {
            Some(client) => client.clone(),
            None => ShapesClient::connect(self.peer.clone()).await?,
        };
        tokio::spawn(
            async move { drain(client.download(Ask::default()).await?.into_inner()).await },
        );
        tokio::spawn(std::future::pending::<()>());
        Ok(Response::new(self.stream_to_an_end(scope)))
    }

    async fn chat(
        &self,
        _request: Request<Streaming<Ask>>,
    ) -> Result<Response<Self::ChatStream>, Status> {
        let scope = self.begin();
        let mut client = match &self.long_lived {
            Some(client) => client.clone(),
            None => ShapesClient::connect(self.peer.clone()).await?,
        };
        tokio::spawn(async move { drain(client.chat(endless()).await?.into_inner()).await });
        tokio::spawn(std::future::pending::<()>());
        Ok(Response::new(self.stream_to_an_end(scope)))
    }
}
