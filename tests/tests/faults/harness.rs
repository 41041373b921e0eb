//! One scoped function that calls a peer, in each shape, and what must be left
//! of it: nothing.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::{Stream, StreamExt, stream, stream::BoxStream};
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::JoinHandle,
};
use tonic::{
    Code, Request, Response, Status, Streaming,
    transport::{Channel, Endpoint},
};
use tonic_scope::{CloseReason, Scope, Scoped, monitor};
use tonic_scope_tests::{
    Peer, Seen, settles,
    shapes::{Answer, Ask, shapes_client::ShapesClient, shapes_server::Shapes},
    tasks_alive,
};

/// Never over in a test.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// Over soon.
pub(crate) const SHORT: Duration = Duration::from_millis(300);

/// The shape of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Unary,
    Upload,
    Download,
    Chat,
}

impl Shape {
    pub(crate) fn uploads(self) -> bool {
        matches!(self, Self::Upload | Self::Chat)
    }

    pub(crate) fn streams(self) -> bool {
        matches!(self, Self::Download | Self::Chat)
    }
}

/// A test for each shape of what is one function of the shape.
macro_rules! for_each_shape {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {
        $(for_each_shape!(@ $(#[$meta])* $name: unary Unary, upload Upload, download Download, chat Chat);)+
    };
    (@ $(#[$meta:meta])* $name:ident: $($test:ident $shape:ident),+) => {
        $(#[$meta])*
        mod $name {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$name($crate::harness::Shape::$shape).await;
            })+
        }
    };
}

/// Makes one call, and reads its answer to the end, of which there is one.
pub(crate) async fn call<T>(mut client: ShapesClient<T>, shape: Shape) -> Result<(), Status>
where
    T: tonic::client::GrpcService<tonic::body::Body>,
    T::Error: Into<tonic::codegen::StdError>,
    T::ResponseBody: tonic::codegen::Body<Data = bytes::Bytes> + Send + 'static,
    <T::ResponseBody as tonic::codegen::Body>::Error: Into<tonic::codegen::StdError> + Send,
{
    match shape {
        Shape::Unary => client.unary(Ask::default()).await.map(drop),
        Shape::Upload => client.upload(endless()).await.map(drop),
        Shape::Download => drain(client.download(Ask::default()).await?.into_inner()).await,
        Shape::Chat => drain(client.chat(endless()).await?.into_inner()).await,
    }
}

async fn drain(mut answers: Streaming<Answer>) -> Result<(), Status> {
    loop {
        match answers.message().await {
            Ok(Some(_)) => {}
            outcome => {
                // Invariant 9.
                assert!(answers.message().await.unwrap().is_none());
                return outcome.map(drop);
            }
        }
    }
}

/// An upload of one message that never completes.
pub(crate) fn endless() -> impl Stream<Item = Ask> + Send + 'static {
    stream::iter([Ask::default()]).chain(stream::pending())
}

/// How the scoped function comes by its client.
#[derive(Clone, Debug)]
pub(crate) enum Via {
    /// A connection that belongs to the scope.
    Temporary(Box<Endpoint>),
    /// One that is there already.
    LongLived(Channel),
}

impl Via {
    pub(crate) fn temporary(url: String) -> Self {
        Self::Temporary(Endpoint::from_shared(url).expect("a URL").into())
    }

    /// One of the two.
    pub(crate) async fn new(long_lived: bool, url: &str) -> Self {
        if long_lived {
            Self::long_lived(url).await
        } else {
            Self::temporary(url.to_owned())
        }
    }

    pub(crate) async fn long_lived(url: &str) -> Self {
        Self::LongLived(tonic_scope_tests::channel(url.to_owned()).await)
    }

    pub(crate) async fn client(&self) -> Result<ShapesClient<Scoped<Channel>>, Status> {
        let transport = match self {
            Self::Temporary(endpoint) => {
                let scope = Scope::current().expect("in a scope");
                scope.connect(endpoint).await?
            }
            Self::LongLived(channel) => Scoped::new(channel.clone()),
        };
        Ok(ShapesClient::new(transport))
    }

    /// How many connections there are when no scope has one.
    pub(crate) fn sockets(&self) -> usize {
        usize::from(matches!(self, Self::LongLived(_)))
    }
}

/// A scoped function under way, and the baseline that it must return to.
pub(crate) struct Ours {
    run: JoinHandle<Result<(), Status>>,
    scope: Scope,
    tasks: usize,
}

impl Ours {
    /// Runs a body in a scope with that limit.
    pub(crate) async fn run<F>(timeout: Duration, body: F) -> Self
    where
        F: Future<Output = Result<(), Status>> + Send + 'static,
    {
        let tasks = tasks_alive();
        let (sender, scope) = tokio::sync::oneshot::channel();
        let run = Scope::builder(unique_name()).timeout(timeout).run(async {
            let scope = Scope::current().expect("in a scope");
            assert!(sender.send(scope).is_ok());
            body.await
        });
        let run = tokio::spawn(run);
        let scope = scope.await.expect("the scope has opened");
        Self { run, scope, tasks }
    }

    /// Makes one call in a scope with that limit.
    pub(crate) async fn call(timeout: Duration, via: Via, shape: Shape) -> Self {
        Self::run(
            timeout,
            async move { call(via.client().await?, shape).await },
        )
        .await
    }

    pub(crate) fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Drops it.
    pub(crate) fn hang_up(&self) {
        self.run.abort();
    }

    /// It ends for that reason with one of these codes, and nothing of it is left.
    pub(crate) async fn ends(mut self, codes: &[Code], reason: CloseReason) -> Option<Status> {
        let status = self.answers().await;
        if let Some(status) = &status {
            assert!(codes.contains(&status.code()), "{status:?}");
        }
        assert_eq!(status.is_none(), codes.is_empty());
        assert_eq!(self.scope.ended().await, reason, "{status:?}");
        // A long-lived connection that broke has fewer than before.
        let back = || tasks_alive() <= self.tasks;
        assert!(settles(back, true).await, "tasks");
        assert_eq!(monitor::snapshot().named(self.scope.name()).count(), 0);
        status
    }

    /// With what it ends for its caller, who does not wait for what may be left;
    /// `None` if it was dropped.
    pub(crate) async fn answers(&mut self) -> Option<Status> {
        let ended = (&mut self.run).await.ok();
        ended.map(|result| result.unwrap_err())
    }
}

/// Tests of one process run side by side, and count scopes by name.
fn unique_name() -> &'static str {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    Box::leak(format!("ours {number}").into_boxed_str())
}

/// The peer has been called, and knows of the call what it will ever know.
pub(crate) async fn reached(peer: &Peer, calls: usize, shape: Shape) {
    let reached = || {
        let whole = peer.seen().contains(&Seen::UploadComplete);
        peer.opened() == calls && (shape.uploads() || whole)
    };
    assert!(settles(reached, true).await, "{:?}", peer.seen());
}

/// The peer has seen the call end, and no upload that was cut off as a whole one.
pub(crate) async fn saw_the_end(peer: &Peer, shape: Shape) {
    assert_eq!(settles(|| peer.calls(), 0).await, 0);
    let seen = peer.seen();
    assert!(
        matches!(
            seen.last(),
            Some(Seen::Reset(h2::Reason::CANCEL) | Seen::Lost)
        ),
        "{seen:?}"
    );
    assert_eq!(
        seen.contains(&Seen::UploadComplete),
        !shape.uploads(),
        "{seen:?}"
    );
}

/// A service whose handlers show their scope, and then do as the test says.
pub(crate) struct Service {
    pub(crate) timeout: Duration,
    pub(crate) idle: Duration,
    pub(crate) scopes: UnboundedSender<Scope>,
    pub(crate) does: Does,
}

/// What a handler does with its upload, and then answers.
pub(crate) type Does =
    Arc<dyn Fn(Option<Streaming<Ask>>) -> BoxStream<'static, Result<Answer, Status>> + Send + Sync>;

impl Service {
    pub(crate) fn new(timeout: Duration, does: Does) -> (Self, UnboundedReceiver<Scope>) {
        let (scopes, seen) = unbounded_channel();
        let service = Self {
            timeout,
            idle: LONG,
            scopes,
            does,
        };
        (service, seen)
    }

    fn begin(&self, upload: Option<Streaming<Ask>>) -> BoxStream<'static, Result<Answer, Status>> {
        let scope = Scope::current().expect("in a scope");
        self.scopes.send(scope).expect("the test is there");
        (self.does)(upload)
    }

    /// The first answer is that of a shape with one alone.
    async fn one(&self, upload: Option<Streaming<Ask>>) -> Result<Response<Answer>, Status> {
        let first = self.begin(upload).next().await;
        first.expect("an answer").map(Response::new)
    }
}

#[tonic_scope::scoped(timeout = self.timeout, stream(timeout = self.timeout, idle = self.idle))]
#[tonic::async_trait]
impl Shapes for Service {
    type DownloadStream = BoxStream<'static, Result<Answer, Status>>;
    type ChatStream = BoxStream<'static, Result<Answer, Status>>;

    async fn unary(&self, _: Request<Ask>) -> Result<Response<Answer>, Status> {
        self.one(None).await
    }

    async fn upload(&self, request: Request<Streaming<Ask>>) -> Result<Response<Answer>, Status> {
        self.one(Some(request.into_inner())).await
    }

    async fn download(&self, _: Request<Ask>) -> Result<Response<Self::DownloadStream>, Status> {
        Ok(Response::new(self.begin(None)))
    }

    async fn chat(
        &self,
        request: Request<Streaming<Ask>>,
    ) -> Result<Response<Self::ChatStream>, Status> {
        Ok(Response::new(self.begin(Some(request.into_inner()))))
    }
}
