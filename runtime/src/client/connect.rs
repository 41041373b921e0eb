//! Connections that a scope makes, and so owns.

use std::{
    panic::Location,
    pin::pin,
    sync::{Arc, Weak},
};

use futures::future::{Either, select};
use http::Uri;
use hyper::rt::{Executor, Read, Write};
use tokio::time::Instant;
use tonic::transport::{Channel, Endpoint};
use tower::{BoxError, Service};

use super::{ConnectError, Scoped};
use crate::{
    channels::{self, Record},
    connection::{self, Preset, Resolver, Source},
    error::ScopeError,
    lifecycle::{About, BondKind, CloseReason, End, Ending, GuardSlot, InFlight, Phase},
    scope::Scope,
    task,
};

/// Runs the tasks of one connection as bonds of a scope.
///
/// tonic gives it the channel's worker, the connection, and a task for each
/// call on it; aborting them also ends an attempt to connect that would
/// otherwise outlive every handle to the channel.
#[derive(Clone, Debug)]
pub(crate) struct ConnectionExecutor {
    scope: Scope,
    /// Where it goes, if that is known. Each connection has its own, by which
    /// its tasks are told from those of others.
    address: Arc<Option<Uri>>,
    place: &'static Location<'static>,
}

impl<F> Executor<F> for ConnectionExecutor
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, task: F) {
        task::spawn_connection(&self.scope, task, &self.address, self.place);
    }
}

impl Scope {
    /// Binds a transport: a client built on it works until the scope closes,
    /// and then answers with an error that names the scope.
    ///
    /// # Examples
    ///
    /// ```
    /// use tonic::transport::Endpoint;
    /// use tonic_scope::{Scope, ScopeError};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), ScopeError> {
    /// Scope::builder("names")
    ///     .run(async {
    ///         let scope = Scope::current().expect("inside the scope");
    ///         let channel = Endpoint::from_static("http://users:50051").connect_lazy();
    ///         let transport = scope.bind(channel);
    ///         // let users = UsersClient::new(transport);
    /// #       drop(transport);
    ///         Ok(())
    ///     })
    ///     .await
    /// # }
    /// ```
    #[track_caller]
    pub fn bind<S: Send + 'static>(&self, transport: S) -> Scoped<S> {
        Scoped::bound(transport, None, self, Location::caller())
    }

    /// Makes a connection that belongs to the scope: its tasks are bonds, and
    /// it is closed when the scope has ended.
    ///
    /// Where the endpoint says nothing of its connect timeout or its TCP
    /// keepalive, the process's [preset](crate::connection) does.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives the attempt up.
    ///
    /// # Errors
    ///
    /// The peer cannot be reached within the endpoint's `connect_timeout` (20 s
    /// where it says none), or the scope closes first.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tonic::transport::Endpoint;
    /// use tonic_scope::{ConnectError, Scope};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let connecting = Scope::builder("names").timeout(Duration::from_secs(1)).run(async {
    ///     let scope = Scope::current().expect("inside the scope");
    ///     let transport = scope.connect(&Endpoint::from_static("http://127.0.0.1:1")).await?;
    ///     // let users = UsersClient::new(transport);
    /// #   drop(transport);
    ///     Ok::<_, ConnectError>(())
    /// });
    /// // Nobody listens there.
    /// assert!(connecting.await.unwrap_err().transport().is_some());
    /// # }
    /// ```
    #[track_caller]
    pub fn connect(
        &self,
        endpoint: &Endpoint,
    ) -> impl Future<Output = Result<Scoped<Channel>, ConnectError>> + Send + use<> {
        connect(self, endpoint, Location::caller())
    }

    /// The same, with a preset for this connection.
    ///
    /// Of what the endpoint says only its connect timeout and its TCP keepalive
    /// win over it.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives the attempt up.
    ///
    /// # Errors
    ///
    /// Those of [`connect`](Self::connect).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tonic::transport::Endpoint;
    /// use tonic_scope::{ConnectError, Scope, connection::Preset};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let preset = Preset::builder().tcp_user_timeout(Duration::from_secs(5)).build()?;
    /// let connecting = Scope::builder("names").run(async {
    ///     let scope = Scope::current().expect("inside the scope");
    ///     let endpoint = Endpoint::from_static("http://127.0.0.1:1");
    ///     scope.connect_with(&endpoint, &preset).await.map(drop)
    /// });
    /// assert!(connecting.await.is_err());
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn connect_with(
        &self,
        endpoint: &Endpoint,
        preset: &Preset,
    ) -> impl Future<Output = Result<Scoped<Channel>, ConnectError>> + Send + use<> {
        connect(self, &preset.complete(endpoint.clone()), Location::caller())
    }
}

/// The executor for a connection that belongs to `scope`.
pub(crate) fn executor(
    scope: &Scope,
    address: Option<&Uri>,
    place: &'static Location<'static>,
) -> ConnectionExecutor {
    ConnectionExecutor {
        scope: scope.clone(),
        address: Arc::new(address.cloned()),
        place,
    }
}

/// Connects `endpoint` for `scope`.
pub(crate) fn connect(
    scope: &Scope,
    endpoint: &Endpoint,
    place: &'static Location<'static>,
) -> impl Future<Output = Result<Scoped<Channel>, ConnectError>> + Send + use<> {
    let endpoint = owned(scope, endpoint, place);
    let scope = scope.clone();
    async move {
        let channel = within(&scope, endpoint.uri(), endpoint.connect(), place).await?;
        Ok(Scoped::bound(
            channel,
            Some(known(&endpoint)),
            &scope,
            place,
        ))
    }
}

/// Connects for `scope`, with all that its preset says.
pub(crate) fn connect_source(
    scope: &Scope,
    source: Source,
    place: &'static Location<'static>,
) -> impl Future<Output = Result<Scoped<Channel>, ConnectError>> + Send + use<> {
    let scope = scope.clone();
    async move {
        let (endpoint, connector) = source.connector(&Resolver::system())?;
        let executor = executor(&scope, Some(endpoint.uri()), place);
        let endpoint = endpoint.executor(executor);
        let record = Record::owned(endpoint.uri(), true);
        let attempt = endpoint.connect_with_connector(connector.of_channel(&record));
        let channel = within(&scope, endpoint.uri(), attempt, place).await?;
        Ok(Scoped::bound(channel, Some(record), &scope, place))
    }
}

/// Connects `endpoint` for `scope` through a connector of the user's.
pub(crate) fn connect_with<C>(
    scope: &Scope,
    endpoint: &Endpoint,
    connector: C,
    place: &'static Location<'static>,
) -> impl Future<Output = Result<Scoped<Channel>, ConnectError>> + use<C>
where
    C: Service<Uri> + Send + 'static,
    C::Response: Read + Write + Send + Unpin,
    C::Future: Send,
    BoxError: From<C::Error> + Send,
{
    let endpoint = owned(scope, endpoint, place);
    let scope = scope.clone();
    async move {
        let attempt = endpoint.connect_with_connector(connector);
        let channel = within(&scope, endpoint.uri(), attempt, place).await?;
        Ok(Scoped::bound(
            channel,
            Some(known(&endpoint)),
            &scope,
            place,
        ))
    }
}

/// A channel for `scope` that connects with its first call.
pub(crate) fn connect_lazy(
    scope: &Scope,
    endpoint: &Endpoint,
    place: &'static Location<'static>,
) -> Scoped<Channel> {
    let channel = owned(scope, endpoint, place).connect_lazy();
    Scoped::bound(channel, Some(known(endpoint)), scope, place)
}

/// The same, through a connector of the user's.
pub(crate) fn connect_lazy_with<C>(
    scope: &Scope,
    endpoint: &Endpoint,
    connector: C,
    place: &'static Location<'static>,
) -> Scoped<Channel>
where
    C: Service<Uri> + Send + 'static,
    C::Response: Read + Write + Send + Unpin,
    C::Future: Send,
    BoxError: From<C::Error> + Send,
{
    let channel = owned(scope, endpoint, place).connect_with_connector_lazy(connector);
    Scoped::bound(channel, Some(known(endpoint)), scope, place)
}

/// Sockets that tonic opens, or somebody's connector, do not tell.
fn known(endpoint: &Endpoint) -> Arc<Record> {
    Record::owned(endpoint.uri(), false)
}

fn owned(scope: &Scope, endpoint: &Endpoint, place: &'static Location<'static>) -> Endpoint {
    let endpoint = connection::default().fill(endpoint.clone());
    let executor = executor(scope, Some(endpoint.uri()), place);
    endpoint.executor(executor)
}

/// Waits for an attempt, and gives it up when the scope closes: the future may
/// be in the hands of somebody whom the close does not reach.
///
/// The attempt is polled first: a connection that is there is taken, and the
/// bond, which a closed scope refuses, decides.
pub(crate) async fn within<T, E: Into<ConnectError>>(
    scope: &Scope,
    address: &Uri,
    attempt: impl Future<Output = Result<T, E>>,
    place: &'static Location<'static>,
) -> Result<T, ConnectError> {
    scope.check()?;
    let _attempt = Attempt::bind(scope, address, place)?;
    match select(pin!(attempt), pin!(scope.lifecycle().watch(false))).await {
        Either::Left((result, _)) => result.map_err(Into::into),
        Either::Right(_) => Err(Scope::closed_error(scope.lifecycle()).into()),
    }
}

/// An attempt's place in its scope: not to end it, which the task that waits for
/// it does, but to tell of it.
struct Attempt {
    address: Uri,
    began: Instant,
    guard: GuardSlot,
}

impl Attempt {
    fn bind(
        scope: &Scope,
        address: &Uri,
        place: &'static Location<'static>,
    ) -> Result<Arc<Self>, ScopeError> {
        let attempt = Arc::new(Self {
            address: address.clone(),
            began: Instant::now(),
            guard: GuardSlot::new(),
        });
        let end: Weak<Self> = Arc::downgrade(&attempt);
        match scope.lifecycle().bind(BondKind::Client, place, end) {
            Ok(guard) => attempt.guard.hold(guard),
            Err(_) => return Err(Scope::refusal(scope.lifecycle())),
        }
        Ok(attempt)
    }
}

impl End for Attempt {
    fn end(&self, _: CloseReason) -> Ending {
        self.guard.release();
        Ending::Done
    }

    fn in_flight(&self) -> Option<InFlight> {
        Some(InFlight {
            target: self.address.to_string().into(),
            phase: Phase::Connecting,
        })
    }

    fn about(&self) -> About {
        About {
            since: Some(self.began),
            target: Some(channels::written(&self.address)),
            phase: Some(Phase::Connecting),
            ..About::default()
        }
    }
}
