//! When connections are too idle, or too old. Time is paused once there is
//! nothing to be done over the network, and runs again when there is.

use std::time::Duration;

use tokio::time::{advance, pause, resume};
use tonic_scope::pool::Pool;
use tonic_scope_tests::{Host, settles, shapes::Ask};

use super::harness::{client, out};

const SECOND: Duration = Duration::from_secs(1);

async fn pass(time: Duration) {
    pause();
    advance(time).await;
    resume();
}

#[tokio::test]
async fn a_connection_is_closed_when_it_has_been_idle_for_too_long() {
    let host = Host::start().await;
    let pool = Pool::builder().idle(60 * SECOND).no_age().build().unwrap();
    let mut client = client(&pool, &host.url()).await.unwrap();
    client.unary(Ask::default()).await.unwrap();
    // Lent, it is not idle, however little it has to do.
    pass(1_000 * SECOND).await;
    client.unary(Ask::default()).await.unwrap();
    drop(client);
    assert_eq!(settles(|| out(&pool), 0).await, 0);
    pass(59 * SECOND).await;
    assert_eq!(pool.snapshot().keys[0].connections, 1);
    pass(2 * SECOND).await;
    assert_eq!(settles(|| host.connections(), 0).await, 0);
    assert_eq!(pool.snapshot().sockets, 0);
}

#[tokio::test]
async fn a_connection_that_is_too_old_is_lent_no_more() {
    let host = Host::start().await;
    let pool = Pool::builder()
        .age(100 * SECOND)
        .idle(1_000 * SECOND)
        .build()
        .unwrap();
    let mut old = client(&pool, &host.url()).await.unwrap();
    old.unary(Ask::default()).await.unwrap();
    // The age is up to a tenth shorter than its limit.
    pass(89 * SECOND).await;
    drop(client(&pool, &host.url()).await.unwrap());
    assert_eq!(host.accepted(), 1);

    pass(12 * SECOND).await;
    assert_eq!(settles(|| pool.snapshot().keys[0].connections, 0).await, 0);
    let mut young = client(&pool, &host.url()).await.unwrap();
    young.unary(Ask::default()).await.unwrap();
    assert_eq!(host.accepted(), 2);
    // Who has the old one keeps it, and it is closed with that.
    old.unary(Ask::default()).await.unwrap();
    assert_eq!(host.connections(), 2);
    drop(old);
    assert_eq!(settles(|| host.connections(), 1).await, 1);
    young.unary(Ask::default()).await.unwrap();
}

#[tokio::test]
async fn an_idle_connection_that_is_too_old_is_closed() {
    let host = Host::start().await;
    let pool = Pool::builder()
        .age(100 * SECOND)
        .idle(1_000 * SECOND)
        .build()
        .unwrap();
    pool.warm_up(host.url()).await.unwrap();
    assert_eq!(settles(|| host.connections(), 1).await, 1);
    pass(101 * SECOND).await;
    assert_eq!(settles(|| host.connections(), 0).await, 0);
}
