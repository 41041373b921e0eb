use std::{sync::Arc, time::Duration};

use tower::Layer;

use super::{
    ServerCounts, ServerScope,
    admission::{Admission, Share},
    clamp::Clamp,
    counts::Counts,
};
use crate::{
    lifecycle::{CloseReason, Site},
    scope::{Limits, Owner, Scope},
};

/// Opens a scope for each request of a server.
///
/// Put it round a server with `Server::builder().layer(ServerScopeLayer::new())`.
/// The scope of a request
///
/// - has the caller's deadline from the arrival of the headers on, clamped by
///   what the layer says;
/// - answers `DEADLINE_EXCEEDED` when that is over, and work that is over before
///   it begins without running the handler;
/// - turns a panic of the handler into `INTERNAL`, without its message;
/// - shows the handler its caller's reset as an error (`ABORTED`) of the request
///   stream, where tonic shows the end of the upload;
/// - lives as long as the response, whether or not anybody reads it.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tonic::transport::Server;
/// use tonic_scope::ServerScopeLayer;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let scopes = ServerScopeLayer::new()
///     .with_default_timeout(Duration::from_secs(5))
///     .with_min_timeout(Duration::from_millis(10))
///     .with_max_timeout(Duration::from_secs(60))
///     .with_idle(Duration::from_secs(30))
///     .with_max_refused_percent(50);
/// let server = Server::builder().layer(scopes.clone());
/// // ... serve, and when it is time to go:
/// let cut_off = scopes.drain(Duration::from_secs(5)).await;
/// assert_eq!(cut_off, 0);
/// # let _ = server;
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a layer does nothing until it is put round a service"]
pub struct ServerScopeLayer {
    /// The scope that all requests are in.
    server: Arc<Owner>,
    pub(super) clamp: Clamp,
    pub(super) idle: Option<Duration>,
    pub(super) admission: Admission,
    pub(super) counts: Arc<Counts>,
}

impl ServerScopeLayer {
    /// A layer that takes its callers' timeouts as they are.
    #[track_caller]
    pub fn new() -> Self {
        let limits = Limits::new().no_timeout();
        Self {
            server: Arc::new(Owner::server(Site::new("server"), &limits)),
            clamp: Clamp::default(),
            idle: None,
            admission: Admission::default(),
            counts: Counts::new(),
        }
    }

    /// The timeout of a request that says none.
    pub fn with_default_timeout(mut self, timeout: Duration) -> Self {
        self.clamp.default = Some(timeout);
        self
    }

    /// The shortest timeout: callers who say less are given this. Work whose time
    /// is over already stays over.
    ///
    /// It is for response streams, and for work whose result outlives the call:
    /// what tonic's own server makes of `grpc-timeout` until the response headers,
    /// and what the caller itself does when its time is over, stays as it is.
    pub fn with_min_timeout(mut self, timeout: Duration) -> Self {
        self.clamp.min = Some(timeout);
        self
    }

    /// The longest timeout, of callers who say none as well.
    pub fn with_max_timeout(mut self, timeout: Duration) -> Self {
        self.clamp.max = Some(timeout);
        self
    }

    /// The longest gap between two messages of a request's streams, in either
    /// direction: a caller that has stopped sending or reading is given up.
    ///
    /// The time in which a handler does not ask for the next message is not held
    /// against its caller.
    pub fn with_idle(mut self, idle: Duration) -> Self {
        self.idle = Some(idle);
        self
    }

    /// Refuses at most so many percent of the requests of the last ten seconds
    /// because their time is over before they begin; a hundred unless said, which
    /// is also what more than a hundred counts as.
    ///
    /// Requests beyond that share run, in the time of a request that says
    /// nothing. It keeps a server from refusing everything because its callers
    /// are misconfigured.
    pub fn with_max_refused_percent(mut self, percent: u8) -> Self {
        self.admission = Admission::RefuseShare(Share::percent(percent));
        self
    }

    /// Watches its callers' deadlines and enforces none, to see in
    /// [`counts`](Self::counts) what that would do: requests whose time is over
    /// are not refused, and no scope ends because its caller's time is over.
    ///
    /// What else ends a request stays: the handler's own `#[scoped]`, tonic's own
    /// timer until the response headers, the caller itself.
    ///
    /// # Examples
    ///
    /// ```
    /// use tonic_scope::ServerScopeLayer;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let scopes = ServerScopeLayer::new().observe_only();
    /// // Server::builder().layer(scopes.clone()) ..., and from time to time:
    /// let counts = scopes.counts();
    /// assert_eq!((counts.requests, counts.late), (0, 0));
    /// # }
    /// ```
    pub fn observe_only(mut self) -> Self {
        self.admission = Admission::Observe;
        self
    }

    /// Its number among the [servers](crate::monitor::servers) of the process.
    ///
    /// # Examples
    ///
    /// ```
    /// use tonic_scope::{ServerScopeLayer, monitor};
    ///
    /// let scopes = ServerScopeLayer::new();
    /// let servers = monitor::servers();
    /// let server = servers.iter().find(|server| server.id == scopes.id()).expect("this one");
    /// assert_eq!(server.location.file(), file!());
    /// ```
    #[must_use]
    pub fn id(&self) -> u64 {
        self.counts.id
    }

    /// What it has seen since it was made; its clones count together.
    #[must_use]
    pub fn counts(&self) -> ServerCounts {
        self.counts.read()
    }

    /// Lets the requests that are under way finish, for at most `grace`, and then
    /// ends those that are left. New ones are refused with `UNAVAILABLE` from now
    /// on. Returns how many had to be ended.
    ///
    /// tonic's own graceful shutdown waits for open streams without bound; after
    /// this there are none.
    ///
    /// # Cancel safety
    ///
    /// New requests stay refused when the future is dropped; nothing is ended.
    pub async fn drain(&self, grace: Duration) -> usize {
        let server = self.server.lifecycle();
        server.seal(CloseReason::Shutdown);
        if tokio::time::timeout(grace, server.watch(true))
            .await
            .is_ok()
        {
            return 0;
        }
        let left = server.bonds(|_| true).count();
        server.end_bonds();
        crate::scope::watch_over(Arc::clone(server)).await;
        left
    }

    pub(super) fn server(&self) -> Scope {
        self.server.scope()
    }
}

impl Default for ServerScopeLayer {
    #[track_caller]
    fn default() -> Self {
        Self::new()
    }
}

impl<S> Layer<S> for ServerScopeLayer {
    type Service = ServerScope<S>;

    fn layer(&self, service: S) -> ServerScope<S> {
        ServerScope::new(service, self.clone())
    }
}
