use std::{error::Error, fmt, io, net::SocketAddr, time::Duration};

use backon::ExponentialBuilder;

use super::{Pool, shared::Shared, table::Limits};
use crate::{
    connection::{Profile, Resolver},
    deadline::FAR_FUTURE,
};

/// Builds a [`Pool`].
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tonic_scope::{connection::Profile, pool::Pool};
///
/// # fn main() -> Result<(), tonic_scope::pool::PoolConfigError> {
/// let pool = Pool::builder()
///     .connections(64)
///     .connections_per_key(2)
///     .leases_per_connection(50)
///     .idle(Duration::from_secs(30))
///     .age(Duration::from_secs(600))
///     .wait(Duration::from_secs(2))
///     .back_off(Duration::from_millis(100), Duration::from_secs(10))
///     .patience(Duration::from_millis(200))
///     .strikes(5)
///     .alike_endpoints(false)
///     .profile(Profile::new())
///     .build()?;
/// let ageless = Pool::builder().no_age().build()?;
///
/// let error = Pool::builder().connections(0).build().unwrap_err();
/// assert_eq!(error.to_string(), "`connections` of a pool is zero, and the pool could lend nothing");
/// # drop((pool, ageless));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a pool comes out of `build`"]
pub struct PoolBuilder {
    connections: usize,
    per_key: usize,
    leases: usize,
    idle: Duration,
    age: Option<Duration>,
    wait: Duration,
    back_off: (Duration, Duration),
    patience: Duration,
    strikes: u32,
    alike_endpoints: bool,
    profile: Profile,
    resolver: Resolver,
}

impl PoolBuilder {
    pub(super) fn new() -> Self {
        Self {
            connections: 256,
            per_key: 4,
            leases: 100,
            idle: Duration::from_secs(60),
            age: Some(Duration::from_secs(30 * 60)),
            wait: Duration::from_secs(30),
            back_off: (Duration::from_millis(50), Duration::from_secs(5)),
            patience: Duration::from_millis(100),
            strikes: 3,
            alike_endpoints: false,
            profile: Profile::new(),
            resolver: Resolver::system(),
        }
    }

    /// The most sockets in all. 256, a quarter of the descriptors that a process
    /// is commonly given.
    ///
    /// Where they are all taken a key that needs one waits for its turn, and a
    /// connection of another gives way: an idle one, or else the next whose
    /// leases have ended.
    pub fn connections(mut self, limit: usize) -> Self {
        self.connections = limit;
        self
    }

    /// The most sockets of a key. 4: gRPC makes do with one, and more only help
    /// where a peer allows few calls on each, or one core is not enough to
    /// decrypt them.
    pub fn connections_per_key(mut self, limit: usize) -> Self {
        self.per_key = limit;
        self
    }

    /// The most leases on a connection. 100, the least number of streams that
    /// HTTP/2 recommends a peer to allow
    /// ([RFC 9113, section 6.5.2](https://www.rfc-editor.org/rfc/rfc9113#section-6.5.2)):
    /// with a call for each lease none waits for another inside the connection.
    ///
    /// Another connection is made when all have that many; where there may be
    /// none, who comes waits, in order, for a lease to be returned.
    pub fn leases_per_connection(mut self, limit: usize) -> Self {
        self.leases = limit;
        self
    }

    /// How long a connection without a lease is kept. 60 s: less than what stands
    /// on the way remembers it for (see
    /// [`Preset`](crate::connection::PresetBuilder::tcp_keepalive)).
    pub fn idle(mut self, limit: Duration) -> Self {
        self.idle = limit;
        self
    }

    /// How old a connection may become, less up to a tenth, drawn for each, so
    /// that they do not all end together. 30 min: then its name is looked up
    /// again, and new servers behind it get their share.
    ///
    /// It is lent no more from then on, and closed when its leases have ended.
    pub fn age(mut self, limit: Duration) -> Self {
        self.age = Some(limit);
        self
    }

    /// Connections may become as old as they like.
    pub fn no_age(mut self) -> Self {
        self.age = None;
        self
    }

    /// The longest wait for a lease, where the scope has no earlier deadline.
    /// 30 s, as a scope's own default.
    pub fn wait(mut self, limit: Duration) -> Self {
        self.wait = limit;
        self
    }

    /// How long a key is left alone after a failed attempt, at first and at most.
    /// 50 ms and 5 s. It grows by 1.6 with each failure, as in
    /// [gRPC's back-off](https://github.com/grpc/grpc/blob/master/doc/connection-backoff.md),
    /// and up to as much again is added at random.
    ///
    /// Leases asked for meanwhile, and calls that find the connection of their
    /// lease broken, wait for its end if that is [near](Self::patience), and else
    /// fail at once, with the failure that was last; the first one after it tries
    /// again. gRPC begins with a second and ends at
    /// two minutes, for channels that try by themselves; here nobody tries who has
    /// no use for it.
    pub fn back_off(mut self, first: Duration, most: Duration) -> Self {
        self.back_off = (first, most);
        self
    }

    /// The longest wait for the end of a [back-off](Self::back_off), of leases
    /// whose scope has that long. 100 ms, the longest that the first one lasts: a
    /// peer that is back by the second attempt fails nobody who has come after the
    /// first. With zero all of them fail at once.
    pub fn patience(mut self, limit: Duration) -> Self {
        self.patience = limit;
        self
    }

    /// After how many failures of the transport in a row, with no answered call
    /// between them, a connection is lent no more. 3.
    pub fn strikes(mut self, limit: u32) -> Self {
        self.strikes = limit;
        self
    }

    /// Promises that all endpoints with the same address, and the same settings
    /// of those that can be read, have the same of all others: then
    /// `endpoint.connect()` borrows, too. Off.
    ///
    /// tonic's `Endpoint` keeps its TLS, origin, user agent, timeout and local
    /// address to itself. If two of them differ in any of it the second is given
    /// a connection of the first: calls may go to another service, or with
    /// another's identity. The local address is not used at all.
    pub fn alike_endpoints(mut self, promised: bool) -> Self {
        self.alike_endpoints = promised;
        self
    }

    /// What connections are like where a lease does not say.
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// How names are looked up, in place of the system's way; for each connection
    /// anew. Of several addresses each connection begins with the next one, and
    /// falls back on the others.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::{io, net::SocketAddr};
    /// use tonic_scope::pool::Pool;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), tonic_scope::pool::PoolConfigError> {
    /// let pool = Pool::builder()
    ///     .resolve(|name: String| async move {
    ///         match name.as_str() {
    ///             "users" => Ok(vec![SocketAddr::from(([10, 0, 0, 7], 0))]),
    ///             _ => Err(io::ErrorKind::NotFound.into()),
    ///         }
    ///     })
    ///     .build()?;
    /// # drop(pool);
    /// # Ok(())
    /// # }
    /// ```
    pub fn resolve<F, R>(mut self, look_up: F) -> Self
    where
        F: Fn(String) -> R + Send + Sync + 'static,
        R: Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'static,
    {
        self.resolver = Resolver::new(look_up);
        self
    }

    /// The pool, without a connection.
    ///
    /// # Errors
    ///
    /// A limit is zero, or contradicts another.
    pub fn build(self) -> Result<Pool, PoolConfigError> {
        let (first, most) = self.back_off;
        let zero = [
            ("connections", self.connections == 0),
            ("connections_per_key", self.per_key == 0),
            ("leases_per_connection", self.leases == 0),
            ("idle", self.idle.is_zero()),
            ("age", self.age.is_some_and(|age| age.is_zero())),
            ("wait", self.wait.is_zero()),
            ("back_off", first.is_zero() || most.is_zero()),
            ("strikes", self.strikes == 0),
        ];
        if let Some((limit, _)) = zero.into_iter().find(|(_, is_zero)| *is_zero) {
            return Err(PoolConfigError {
                limit,
                problem: "is zero, and the pool could lend nothing",
            });
        }
        if most < first {
            return Err(PoolConfigError {
                limit: "back_off",
                problem: "is longer at first than at most",
            });
        }
        let limits = Limits {
            connections: self.connections,
            per_key: self.per_key,
            leases: self.leases,
            idle: self.idle.min(FAR_FUTURE),
            age: self.age.map(|age| age.min(FAR_FUTURE)),
            back_off: ExponentialBuilder::new()
                .with_min_delay(first.min(FAR_FUTURE))
                .with_max_delay(most.min(FAR_FUTURE))
                .with_factor(1.6)
                .with_jitter()
                .without_max_times(),
            patience: self.patience.min(FAR_FUTURE),
            strikes: self.strikes,
        };
        Ok(Pool::new(Shared::new(
            limits,
            self.resolver,
            self.profile,
            self.wait.min(FAR_FUTURE),
            self.alike_endpoints,
        )))
    }
}

/// A limit that no pool could work with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolConfigError {
    limit: &'static str,
    problem: &'static str,
}

impl fmt::Display for PoolConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` of a pool {}", self.limit, self.problem)
    }
}

impl Error for PoolConfigError {}
