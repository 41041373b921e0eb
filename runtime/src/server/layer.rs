use std::{sync::Arc, time::Duration};

use tower::Layer;

use super::ServerScope;
use crate::{
    deadline::{Deadline, LimitSource},
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
/// let scopes = ServerScopeLayer::new().with_max_timeout(Duration::from_secs(60));
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
    clamp: Clamp,
}

/// What a server makes of its callers' timeouts.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Clamp {
    default: Option<Duration>,
    min: Option<Duration>,
    max: Option<Duration>,
}

impl Clamp {
    pub(super) fn deadline(self, said: Option<Duration>) -> Option<(Deadline, LimitSource)> {
        let timeout = match said {
            Some(said) if !said.is_zero() => Some(self.min.map_or(said, |min| said.max(min))),
            said => said.or(self.default),
        };
        let timeout = [timeout, self.max].into_iter().flatten().min()?;
        let source = match said {
            Some(said) if said == timeout => LimitSource::Caller,
            _ => LimitSource::Server,
        };
        Some((Deadline::of_caller(timeout), source))
    }
}

impl ServerScopeLayer {
    /// A layer that takes its callers' timeouts as they are.
    #[track_caller]
    pub fn new() -> Self {
        let limits = Limits::new().no_timeout();
        Self {
            server: Arc::new(Owner::root(Site::new("server"), &limits)),
            clamp: Clamp::default(),
        }
    }

    /// The timeout of a request that says none.
    pub fn with_default_timeout(mut self, timeout: Duration) -> Self {
        self.clamp.default = Some(timeout);
        self
    }

    /// The shortest timeout: callers who say less are given this. Work whose time
    /// is over already stays over.
    pub fn with_min_timeout(mut self, timeout: Duration) -> Self {
        self.clamp.min = Some(timeout);
        self
    }

    /// The longest timeout, of callers who say none as well.
    pub fn with_max_timeout(mut self, timeout: Duration) -> Self {
        self.clamp.max = Some(timeout);
        self
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
        let left = server.bonds().len();
        server.end_bonds();
        crate::scope::watch_over(Arc::clone(server)).await;
        left
    }

    pub(super) fn server(&self) -> Scope {
        self.server.scope()
    }

    pub(super) fn clamp(&self) -> Clamp {
        self.clamp
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
