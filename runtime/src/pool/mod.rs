//! Warm connections for temporary clients.
//!
//! A client per call is the easy thing to write, and a connection per call is
//! what it costs: a socket, three tasks and a handshake. With
//! [`#[scoped(pool)]`](macro@crate::scoped) the same code borrows a connection
//! that is there already. A scope *leases* it: the scope's end ends its calls
//! and gives the connection back, and never closes it.
//!
//! ```
//! use std::{sync::LazyLock, time::Duration};
//! use tonic::Status;
//! use tonic_scope::{pool::Pool, scoped};
//! # use tonic::{Response, transport::{Channel, Error}};
//! # struct UsersClient<T>(T);
//! # impl UsersClient<Channel> {
//! #     async fn connect(_: String) -> Result<Self, Error> { unreachable!() }
//! # }
//! # impl<T> UsersClient<T> {
//! #     fn new(transport: T) -> Self { Self(transport) }
//! #     async fn get(&mut self, id: u64) -> Result<Response<String>, Status> { Ok(Response::new(id.to_string())) }
//! # }
//!
//! // `#[scoped(pool)]` alone borrows from the pool of the process.
//! static POOL: LazyLock<Pool> = LazyLock::new(|| {
//!     let pool = Pool::builder().connections_per_key(2).idle(Duration::from_secs(30));
//!     pool.build().expect("no limit is zero")
//! });
//!
//! #[scoped(timeout = "1s", pool = &POOL)]
//! async fn name_of(id: u64, shard: String) -> Result<String, Status> {
//!     let mut users = UsersClient::connect(shard).await?; // borrowed, and given back
//!     Ok(users.get(id).await?.into_inner())
//! }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! #     let refused = name_of(7, "http://127.0.0.1:1".into()).await.unwrap_err();
//! #     assert_eq!(refused.code(), tonic::Code::Unavailable);
//! #     POOL.close().await;
//! # }
//! ```
//!
//! # What shares a connection
//!
//! Leases with the same *key*: the address, the [`Profile`](crate::connection::Profile) (origin, user agent,
//! preset, TLS) and the runtime that asks. A connection works only where its
//! tasks are polled, so it is lent in its own runtime alone, and goes with it.
//!
//! An `Endpoint` does not tell what it holds, not even whose TLS certificate. Two
//! of them may differ however alike they look, so a pool leaves them alone: a
//! scope then makes a connection of its own, as without a pool. Hand over the
//! address, and the rest as a [`Profile`](crate::connection::Profile); or promise, with
//! [`PoolBuilder::alike_endpoints`], that they do not differ.
//!
//! # How it differs
//!
//! From a pool of database connections: HTTP/2 carries many calls at once, so a
//! connection is lent to many. From tonic's `Channel`: that reconnects for ever,
//! at once, one per place, with no limit and nobody to close it.
//!
//! # Invariants
//!
//! 1. No more sockets than the limits, of a key and in all: one is counted from
//!    before it is opened until it is closed.
//! 2. One attempt to connect at a time for a key, whoever asks, and however many.
//!    It belongs to the pool: who stops waiting does not stop it.
//! 3. Who came first is served first. Nobody who waits is passed by, within a
//!    key or, where the limit in all is reached, among keys.
//! 4. A lease is returned exactly once: by the last of its client and its calls,
//!    or before that by its scope's close.
//! 5. No lease is given on a connection that is known to be broken, too old,
//!    about to close, or of another runtime.
//! 6. A connection with a lease is closed by the pool's close, by its peer or by
//!    its runtime, and by nothing else.
//! 7. Who waits is served, or told why not: within a failed attempt's time, the
//!    pool's limit on waiting, and the scope's deadline.
//! 8. When the close has been awaited, no socket and no task of the pool is left.
//! 9. Nothing that could run foreign code (a waker, a drop) runs under the lock.
//!
//! The table (`table/`) keeps 1 to 7 as a state machine without tasks, sockets
//! or clocks; what it decides is done after its lock is free. One keeper (a task)
//! makes, watches and closes one connection.

mod builder;
mod dial;
mod error;
mod handle;
mod keeper;
mod key;
mod lease;
pub(crate) mod registry;
mod shared;
mod snapshot;
mod table;
mod wait;

pub use self::{
    builder::{PoolBuilder, PoolConfigError},
    error::LeaseError,
    handle::{DefaultPoolError, Pool, default, set_default},
    snapshot::{KeySnapshot, PoolCounts, PoolSnapshot},
};
pub(crate) use self::{registry::PoolId, shared::Shared};
