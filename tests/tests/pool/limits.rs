//! That limits hold, and that who waits for them is served in order.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinSet,
};
use tonic::{Code, Status};
use tonic_scope::{
    Scope,
    pool::{LeaseError, Pool},
};
use tonic_scope_tests::{Host, settles, shapes::Ask};

use super::harness::{assert_lease, client, one_place, out, scoped, waiting};

#[tokio::test]
async fn connections_of_a_key_never_exceed_their_limit() {
    let host = Host::start().await;
    let pool = Pool::builder()
        .connections_per_key(3)
        .leases_per_connection(2)
        .build()
        .unwrap();
    let gate = Arc::new(Semaphore::new(0));
    let mut leases = JoinSet::new();
    for _ in 0..60 {
        let (pool, url, gate) = (pool.clone(), host.url(), Arc::clone(&gate));
        leases.spawn(scoped(async move {
            let mut client = client(&pool, &url).await.unwrap();
            gate.acquire().await.unwrap().forget();
            client.unary(Ask::default()).await.unwrap();
        }));
    }
    assert_eq!(settles(|| out(&pool), 6).await, 6);
    assert_eq!(settles(|| waiting(&pool), 54).await, 54);
    for _ in 0..60 {
        assert!(out(&pool) <= 6);
        gate.add_permits(1);
        tokio::task::yield_now().await;
    }
    leases.join_all().await;
    assert_eq!(host.answered(), 60);
    assert_eq!((host.most(), host.accepted()), (3, 3));
}

#[tokio::test]
async fn connections_in_all_never_exceed_their_limit_and_idle_ones_give_way() {
    let mut hosts = Vec::new();
    for _ in 0..5 {
        hosts.push(Host::start().await);
    }
    let pool = Pool::builder().connections(2).build().unwrap();
    for turn in 0..20 {
        let host = &hosts[turn % hosts.len()];
        scoped(async {
            let mut client = client(&pool, &host.url()).await.unwrap();
            client.unary(Ask::default()).await.unwrap();
        })
        .await;
        assert!(pool.snapshot().sockets <= 2);
    }
    let open = || hosts.iter().map(Host::connections).sum::<usize>();
    assert_eq!(settles(open, 2).await, 2);
    assert_eq!(pool.snapshot().counts.evicted, 18);
}

#[tokio::test]
async fn a_busy_key_gives_way_to_one_that_waits() {
    let (busy, other) = (Host::start().await, Host::start().await);
    let pool = Pool::builder().connections(1).build().unwrap();
    scoped(async {
        let first = client(&pool, &busy.url()).await.unwrap();
        let url = other.url();
        let mut waits = Box::pin(client(&pool, &url));
        assert!(futures::poll!(&mut waits).is_pending());
        // Who comes later for the busy key does not get past who waits already.
        let again = busy.url();
        let mut later = Box::pin(client(&pool, &again));
        assert!(futures::poll!(&mut later).is_pending());
        drop(first);
        let mut served = waits.await.unwrap();
        served.unary(Ask::default()).await.unwrap();
        assert!(futures::poll!(&mut later).is_pending());
        drop(served);
        later.await.unwrap().unary(Ask::default()).await.unwrap();
    })
    .await;
    assert_eq!((busy.accepted(), other.accepted()), (2, 1));
}

#[tokio::test]
async fn who_waits_is_served_in_order() {
    let host = Host::start().await;
    let pool = one_place().build().unwrap();
    let held = client(&pool, &host.url()).await.unwrap();
    let (served, mut order) = mpsc::unbounded_channel();
    let mut leases = JoinSet::new();
    let mut handles = Vec::new();
    for number in 0..50 {
        let (theirs, url, served) = (pool.clone(), host.url(), served.clone());
        handles.push(leases.spawn(scoped(async move {
            let client = client(&theirs, &url).await.unwrap();
            served.send(number).unwrap();
            tokio::task::yield_now().await;
            drop(client);
        })));
        assert_eq!(settles(|| waiting(&pool), number + 1).await, number + 1);
    }
    // Some leave the queue before their turn.
    let goes_away = |number: &usize| number % 5 == 2;
    (0..50)
        .filter(goes_away)
        .for_each(|number| handles[number].abort());
    assert_eq!(settles(|| waiting(&pool), 40).await, 40);
    drop(held);
    while leases.join_next().await.is_some() {}
    drop(served);
    let mut seen = Vec::new();
    while let Some(number) = order.recv().await {
        seen.push(number);
    }
    let stayed: Vec<_> = (0..50).filter(|number| !goes_away(number)).collect();
    assert_eq!(seen, stayed);
}

#[tokio::test]
async fn a_wait_for_a_lease_ends_at_the_scopes_deadline() {
    let host = Host::start().await;
    let pool = one_place().build().unwrap();
    let _held = client(&pool, &host.url()).await.unwrap();
    let error = Scope::builder("waits")
        .timeout(Duration::from_millis(50))
        .run(async {
            client(&pool, &host.url()).await?;
            Ok::<_, Status>(())
        })
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::DeadlineExceeded);
    assert_eq!(waiting(&pool), 0);
}

#[tokio::test]
async fn a_wait_for_a_lease_ends_at_the_pools_limit() {
    let host = Host::start().await;
    let pool = one_place().wait(Duration::from_millis(50)).build().unwrap();
    let _held = client(&pool, &host.url()).await.unwrap();
    let error = scoped(client(&pool, &host.url())).await.unwrap_err();
    assert_lease(&error, LeaseError::is_full);
    assert_eq!(Status::from(error).code(), Code::ResourceExhausted);
    assert_eq!(waiting(&pool), 0);
}

#[test]
fn limits_that_nothing_could_be_lent_with_are_refused() {
    let zero = Duration::ZERO;
    let second = Duration::from_secs(1);
    for (builder, named) in [
        (Pool::builder().connections(0), "connections"),
        (
            Pool::builder().connections_per_key(0),
            "connections_per_key",
        ),
        (
            Pool::builder().leases_per_connection(0),
            "leases_per_connection",
        ),
        (Pool::builder().idle(zero), "idle"),
        (Pool::builder().age(zero), "age"),
        (Pool::builder().wait(zero), "wait"),
        (Pool::builder().back_off(zero, second), "back_off"),
        (Pool::builder().back_off(second, zero), "back_off"),
        (Pool::builder().back_off(2 * second, second), "back_off"),
        (Pool::builder().strikes(0), "strikes"),
    ] {
        let error = builder.build().unwrap_err().to_string();
        assert!(error.contains(&format!("`{named}`")), "{error}");
    }
}

#[tokio::test]
async fn limits_without_end_are_no_trouble() {
    let host = Host::start().await;
    let forever = Duration::MAX;
    let pool = Pool::builder()
        .connections(usize::MAX)
        .connections_per_key(usize::MAX)
        .leases_per_connection(usize::MAX)
        .idle(forever)
        .age(forever)
        .wait(forever)
        .back_off(forever, forever)
        .strikes(u32::MAX)
        .build()
        .unwrap();
    let mut client = client(&pool, &host.url()).await.unwrap();
    client.unary(Ask::default()).await.unwrap();
}
