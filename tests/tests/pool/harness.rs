//! Pools, leases, and what is asked of them.

use std::{sync::Arc, time::Duration};

use tokio::sync::Semaphore;
use tonic::transport::Channel;
use tonic_scope::{
    ConnectError, Scope, ScopeError, Scoped,
    pool::{KeySnapshot, LeaseError, Pool, PoolBuilder},
};
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

pub(crate) type Client = ShapesClient<Scoped<Channel>>;

/// A client of the current scope.
pub(crate) async fn client(pool: &Pool, url: &str) -> Result<Client, ConnectError> {
    pool.connect(url).await.map(ShapesClient::new)
}

/// In a scope of its own.
pub(crate) async fn scoped<T>(body: impl Future<Output = T>) -> T {
    let scope = Scope::builder("test").timeout(Duration::from_secs(60));
    let body = async { Ok::<_, ScopeError>(body.await) };
    scope.run(body).await.expect("a scope with time left")
}

/// Limits with which a peer has room for one lease.
pub(crate) fn one_place() -> PoolBuilder {
    Pool::builder()
        .connections_per_key(1)
        .leases_per_connection(1)
}

/// With names that are this machine's, once there is a permit for each look.
pub(crate) fn gated(pool: PoolBuilder, permits: usize) -> (PoolBuilder, Arc<Semaphore>) {
    let may_resolve = Arc::new(Semaphore::new(permits));
    let gate = Arc::clone(&may_resolve);
    let pool = pool.resolve(move |_| {
        let gate = Arc::clone(&gate);
        async move {
            gate.acquire().await.unwrap().forget();
            Ok(vec![([127, 0, 0, 1], 0).into()])
        }
    });
    (pool, may_resolve)
}

/// Leases that are out, as the pool sees it.
pub(crate) fn out(pool: &Pool) -> usize {
    in_all(pool, |key| key.leases)
}

/// Who waits for a lease.
pub(crate) fn waiting(pool: &Pool) -> usize {
    in_all(pool, |key| key.waiting)
}

/// Connections that can be lent.
pub(crate) fn connections(pool: &Pool) -> usize {
    in_all(pool, |key| key.connections)
}

fn in_all(pool: &Pool, of_key: impl Fn(&KeySnapshot) -> usize) -> usize {
    pool.snapshot().keys.iter().map(of_key).sum()
}

/// It is the pool that has nothing to lend, and for this reason.
#[track_caller]
pub(crate) fn assert_lease(error: &ConnectError, reason: fn(&LeaseError) -> bool) {
    assert!(error.lease().is_some_and(reason), "{error}");
}
