use std::{
    error::Error,
    fmt,
    panic::Location,
    sync::{Arc, OnceLock},
};

use tonic::transport::Channel;

use super::{PoolBuilder, PoolId, PoolSnapshot, lease::Lease, shared::Shared};
use crate::{
    client::{ConnectError, Scoped, within},
    connection::{Destination, Target},
    deadline::Deadline,
    scope::Scope,
};

/// Connections that are made once and lent to many.
///
/// A handle, cheap to clone. The pool is closed when the last one is dropped.
/// See the [module](super) for what it promises.
///
/// # Examples
///
/// ```
/// use tonic_scope::{ConnectError, Scope, pool::Pool};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let pool = Pool::builder().build()?;
/// let leased = Scope::builder("names")
///     .run(async {
///         let transport = pool.connect("http://127.0.0.1:1").await?;
///         // let users = UsersClient::new(transport);
/// #       drop(transport);
///         Ok::<_, ConnectError>(())
///     })
///     .await;
/// assert!(leased.is_err()); // nobody listens there
/// assert!(pool.warm_up("http://127.0.0.1:1").await.is_err());
///
/// let snapshot = pool.snapshot();
/// assert_eq!((snapshot.sockets, snapshot.counts.connected), (0, 0));
/// pool.close().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Pool(Arc<Owner>);

/// Its end closes the pool. Keepers and leases have the pool without it.
struct Owner(Arc<Shared>);

impl Pool {
    /// Starts with limits that can be lived with.
    pub fn builder() -> PoolBuilder {
        PoolBuilder::new()
    }

    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self(Arc::new(Owner(shared)))
    }

    /// Leases a connection for the current scope, which gives it back when it
    /// ends, or when the client and its calls are gone. Outside any scope that
    /// is all that gives it back.
    ///
    /// Build a client on it: `UsersClient::new(pool.connect(dst).await?)`.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future leaves the queue. An attempt to connect that has begun
    /// goes on, for the pool.
    ///
    /// # Errors
    ///
    /// The peer cannot be reached, the destination is none, no connection is free
    /// for too long, the pool is closed, or the scope closes first.
    #[track_caller]
    pub fn connect<D: Destination>(
        &self,
        destination: D,
    ) -> impl Future<Output = Result<Scoped<Channel>, ConnectError>> + Send + use<D> {
        lease(self.shared(), destination.target(), Location::caller())
    }

    /// Makes sure that a connection is there, so that the first lease need not
    /// wait for one.
    ///
    /// # Cancel safety
    ///
    /// As that of [`connect`](Self::connect).
    ///
    /// # Errors
    ///
    /// Those of [`connect`](Self::connect).
    pub async fn warm_up(&self, destination: impl Destination) -> Result<(), ConnectError> {
        let shared = &self.0.0;
        let key = shared.key(destination.target())?;
        shared.lease(&key, None).await.map(drop)
    }

    /// What is there.
    #[must_use]
    pub fn snapshot(&self) -> PoolSnapshot {
        self.0.0.snapshot()
    }

    /// Closes the pool with all its connections, also those that are lent: calls
    /// on them fail. Ready when nothing of them is left.
    ///
    /// # Cancel safety
    ///
    /// The pool is closed by the first poll; dropping the future only stops
    /// waiting.
    pub async fn close(&self) {
        self.0.0.close();
        self.0.0.gone().await;
    }

    pub(crate) fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.0.0)
    }

    pub(crate) fn id(&self) -> &'static PoolId {
        self.0.0.id()
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.0.id().leave();
        self.0.close();
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pool").field(&self.snapshot()).finish()
    }
}

/// Leases for the current scope.
pub(super) fn lease(
    shared: Arc<Shared>,
    target: Target,
    place: &'static Location<'static>,
) -> impl Future<Output = Result<Scoped<Channel>, ConnectError>> + Send + use<> {
    let scope = Scope::current();
    async move {
        let lease = match shared.lease_alike(&target) {
            Some(lease) => lease,
            // Large, seldom needed, and would be moved with the caller's body.
            None => Box::pin(parsed(&shared, target, scope.as_ref(), place)).await?,
        };
        Ok(Scoped::lent(lease, scope.as_ref(), place))
    }
}

/// For a target that reads like none that is known, or where all that is known is
/// lent or gone.
async fn parsed(
    shared: &Arc<Shared>,
    target: Target,
    scope: Option<&Scope>,
    place: &'static Location<'static>,
) -> Result<Arc<Lease>, ConnectError> {
    let key = shared.key(target)?;
    if let Some(lease) = shared.lease_now(&key) {
        return Ok(lease);
    }
    match scope {
        Some(scope) => {
            let deadline = scope.deadline().map(Deadline::instant);
            let lease = shared.lease(&key, deadline);
            within(scope, &key.uri(), lease, place).await
        }
        None => shared.lease(&key, None).await,
    }
}

impl Shared {
    /// For generated code: leases for the current scope.
    pub(crate) fn connect(
        self: &Arc<Self>,
        target: Target,
        place: &'static Location<'static>,
    ) -> impl Future<Output = Result<Scoped<Channel>, ConnectError>> + Send + use<> {
        lease(Arc::clone(self), target, place)
    }

    /// For generated code: leases what is there at once.
    pub(crate) fn connect_now(
        self: &Arc<Self>,
        target: Target,
        place: &'static Location<'static>,
    ) -> Option<Scoped<Channel>> {
        let key = self.key(target).ok()?;
        let lease = self.lease_now(&key)?;
        Some(Scoped::lent(lease, Scope::current().as_ref(), place))
    }
}

static DEFAULT: OnceLock<Pool> = OnceLock::new();

/// The pool of the process: that of `#[scoped(pool)]`.
///
/// # Panics
///
/// Never: the builder's own limits are valid.
///
/// # Examples
///
/// ```
/// use tonic_scope::pool;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// // A health page:
/// println!("{:?}", pool::default().snapshot());
/// // The end of the process:
/// pool::default().close().await;
/// # }
/// ```
pub fn default() -> &'static Pool {
    DEFAULT.get_or_init(|| match Pool::builder().build() {
        Ok(pool) => pool,
        Err(error) => unreachable!("{error}"),
    })
}

/// Sets the pool of the process.
///
/// Call it at start-up: it counts once, and only before the pool has been used.
///
/// # Errors
///
/// The pool of the process has been set before, or has been used.
///
/// # Examples
///
/// ```
/// use tonic_scope::pool::{self, Pool};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// pool::set_default(Pool::builder().connections_per_key(2).build()?)?;
/// assert_eq!(pool::default().snapshot().sockets, 0);
/// assert!(pool::set_default(Pool::builder().build()?).is_err());
/// # Ok(())
/// # }
/// ```
pub fn set_default(pool: Pool) -> Result<(), DefaultPoolError> {
    DEFAULT.set(pool).map_err(|_| DefaultPoolError(()))
}

/// The pool of the process was already in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DefaultPoolError(());

impl fmt::Display for DefaultPoolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "the pool of the process is already in use: set it once, at start-up, before anything is leased",
        )
    }
}

impl Error for DefaultPoolError {}
