//! How leases are had and given back.

use std::{sync::Arc, time::Duration};

use tokio::{sync::Semaphore, task::JoinSet};
use tonic_scope::{Scope, ScopeError, pool::Pool};
use tonic_scope_tests::{Host, settles, shapes::Ask};

use super::harness::{client, gated, out, scoped};

#[tokio::test]
async fn a_thousand_concurrent_leases_share_one_connect() {
    let host = Host::start().await;
    let pool = Pool::builder()
        .leases_per_connection(1_000)
        .build()
        .unwrap();
    let gate = Arc::new(Semaphore::new(0));
    let mut leases = JoinSet::new();
    for number in 0..1_000 {
        let (pool, url, gate) = (pool.clone(), host.url(), Arc::clone(&gate));
        leases.spawn(scoped(async move {
            let mut client = client(&pool, &url).await.unwrap();
            let _all_have_one = gate.acquire().await.unwrap();
            // All of them at once would look like an attack to the peer.
            if number % 20 == 0 {
                client.unary(Ask::default()).await.unwrap();
            }
        }));
    }
    assert_eq!(settles(|| out(&pool), 1_000).await, 1_000);
    assert_eq!(settles(|| host.accepted(), 1).await, 1);
    gate.add_permits(1_000);
    leases.join_all().await;
    assert_eq!(host.accepted(), 1);
    let counts = pool.snapshot().counts;
    assert_eq!((counts.connected, counts.leases), (1, 1_000));
    assert_eq!(out(&pool), 0);
}

#[tokio::test]
async fn a_waiter_that_gives_up_does_not_cancel_the_connect_for_the_others() {
    let host = Host::start().await;
    let port = host.port();
    let (pool, may_resolve) = gated(Pool::builder(), 0);
    let pool = pool.build().unwrap();
    let url = format!("http://name.test:{port}");
    let mut first = Box::pin(scoped(client(&pool, &url)));
    let mut second = Box::pin(scoped(client(&pool, &url)));
    assert!(futures::poll!(&mut first).is_pending());
    assert!(futures::poll!(&mut second).is_pending());
    assert_eq!(pool.snapshot().keys[0].waiting, 2);
    drop(first);
    assert_eq!(pool.snapshot().keys[0].waiting, 1);
    may_resolve.add_permits(1);
    second.await.unwrap();
    assert_eq!(settles(|| host.accepted(), 1).await, 1);
}

#[tokio::test]
async fn a_connect_that_nobody_waits_for_any_more_is_there_for_the_next() {
    let host = Host::start().await;
    let pool = Pool::builder().build().unwrap();
    let url = host.url();
    let mut first = Box::pin(scoped(client(&pool, &url)));
    assert!(futures::poll!(&mut first).is_pending());
    drop(first);
    assert_eq!(settles(|| pool.snapshot().keys[0].connections, 1).await, 1);
    scoped(client(&pool, &url)).await.unwrap();
    assert_eq!(settles(|| host.accepted(), 1).await, 1);
}

#[tokio::test]
async fn a_scopes_end_gives_the_lease_back_and_closes_no_connection() {
    let host = Host::start().await;
    let pool = Pool::builder().build().unwrap();
    for _ in 0..100 {
        scoped(async {
            let mut client = client(&pool, &host.url()).await.unwrap();
            client.unary(Ask::default()).await.unwrap();
            assert_eq!(out(&pool), 1);
            // It is still there when the scope ends.
            std::mem::forget(client);
        })
        .await;
        assert_eq!(out(&pool), 0);
    }
    assert_eq!((host.accepted(), host.connections()), (1, 1));
    assert_eq!(host.answered(), 100);
}

#[tokio::test]
async fn a_client_that_escapes_its_scope_cannot_use_the_connection_any_more() {
    let host = Host::start().await;
    let pool = Pool::builder().build().unwrap();
    let mut escaped = scoped(client(&pool, &host.url())).await.unwrap();
    assert_eq!(out(&pool), 0);
    let refused = escaped.unary(Ask::default()).await.unwrap_err();
    assert_eq!(refused.code(), tonic::Code::FailedPrecondition);
    assert_eq!(host.answered(), 0);
}

#[tokio::test]
async fn a_client_that_is_dropped_early_gives_its_lease_back_early() {
    let host = Host::start().await;
    let pool = Pool::builder().build().unwrap();
    scoped(async {
        let first = client(&pool, &host.url()).await.unwrap();
        let clone = first.clone();
        drop(first);
        assert_eq!(out(&pool), 1);
        drop(clone);
        assert_eq!(out(&pool), 0);
    })
    .await;
}

#[tokio::test]
async fn a_response_stream_holds_the_lease_of_its_client() {
    let host = Host::start().await;
    let pool = Pool::builder().build().unwrap();
    scoped(async {
        let mut client = client(&pool, &host.url()).await.unwrap();
        let answers = client.download(Ask::default()).await.unwrap();
        drop(client);
        assert_eq!(out(&pool), 1);
        drop(answers);
        // The transport lets go of the call when it has seen that.
        assert_eq!(settles(|| out(&pool), 0).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_scopes_end_ends_its_calls_on_a_connection_that_others_use() {
    let host = Host::start().await;
    let pool = Pool::builder().build().unwrap();
    scoped(async {
        let mut client = client(&pool, &host.url()).await.unwrap();
        let inner = Scope::builder("inner").timeout(Duration::from_secs(60));
        let answers = inner
            .run(async {
                let mut client = self::client(&pool, &host.url()).await.unwrap();
                Ok::<_, ScopeError>(client.download(Ask::default()).await.unwrap())
            })
            .await
            .unwrap();
        let mut answers = answers.into_inner();
        // One message was on its way; then the scope's end is seen.
        while let Ok(Some(_)) = answers.message().await {}
        assert_eq!(out(&pool), 1);
        client.unary(Ask::default()).await.unwrap();
    })
    .await;
    assert_eq!(host.accepted(), 1);
}

#[tokio::test]
async fn outside_any_scope_a_lease_lasts_as_long_as_its_client() {
    let host = Host::start().await;
    let pool = Pool::builder().build().unwrap();
    let mut client = client(&pool, &host.url()).await.unwrap();
    client.unary(Ask::default()).await.unwrap();
    assert_eq!(out(&pool), 1);
    drop(client);
    assert_eq!(settles(|| out(&pool), 0).await, 0);
}

#[tokio::test]
async fn a_call_of_a_lease_has_its_scopes_deadline() {
    let host = Host::start().await;
    let pool = Pool::builder().build().unwrap();
    let error = Scope::builder("brief")
        .timeout(Duration::from_millis(50))
        .run(async {
            let mut client = client(&pool, &host.url()).await?;
            let mut answers = client.download(Ask::default()).await?.into_inner();
            while answers.message().await?.is_some() {}
            Ok::<_, tonic::Status>(())
        })
        .await
        .unwrap_err();
    assert_eq!(error.code(), tonic::Code::DeadlineExceeded);
    assert_eq!(settles(|| out(&pool), 0).await, 0);
    assert_eq!(host.connections(), 1);
}

#[tokio::test]
async fn warming_up_makes_the_connection_that_the_first_lease_takes() {
    let host = Host::start().await;
    let pool = Pool::builder().build().unwrap();
    pool.warm_up(host.url()).await.unwrap();
    assert_eq!(settles(|| host.accepted(), 1).await, 1);
    let url = host.url();
    let mut lease = Box::pin(scoped(client(&pool, &url)));
    assert!(futures::poll!(&mut lease).is_ready(), "at once");
    assert_eq!(host.accepted(), 1);
}
