//! The end of a pool.

use tokio::task::JoinSet;
use tonic_scope::{
    ConnectError,
    pool::{LeaseError, Pool},
};
use tonic_scope_tests::{Apart, Host, settles, shapes::Ask, tasks_alive};

use super::harness::{assert_lease, client, one_place, scoped};

#[tokio::test]
async fn the_pools_close_closes_every_connection_and_leaves_no_task() {
    let before = tasks_alive();
    let hosts = [Host::start().await, Host::start().await];
    let pool = Pool::builder().leases_per_connection(1).build().unwrap();
    scoped(async {
        let mut clients = Vec::new();
        for host in &hosts {
            for _ in 0..3 {
                let mut client = client(&pool, &host.url()).await.unwrap();
                client.unary(Ask::default()).await.unwrap();
                clients.push(client);
            }
        }
        let open = || hosts.iter().map(Host::connections).sum::<usize>();
        assert_eq!(settles(open, 6).await, 6);
        // Three are lent when it comes.
        clients.truncate(3);
        pool.close().await;
        assert_eq!(pool.snapshot().sockets, 0);
        assert_eq!(tasks_alive(), before);
        assert_eq!(settles(open, 0).await, 0);
        for client in &mut clients {
            client.unary(Ask::default()).await.unwrap_err();
        }
        let error = client(&pool, &hosts[0].url()).await.unwrap_err();
        assert_lease(&error, LeaseError::is_closed);
    })
    .await;
}

#[tokio::test]
async fn who_waits_when_the_pool_is_closed_is_told() {
    let host = Host::start().await;
    let pool = one_place().build().unwrap();
    let _held = client(&pool, &host.url()).await.unwrap();
    let url = host.url();
    let mut waits = Box::pin(client(&pool, &url));
    assert!(futures::poll!(&mut waits).is_pending());
    pool.close().await;
    let error = waits.await.unwrap_err();
    assert_lease(&error, LeaseError::is_closed);
}

#[tokio::test]
async fn an_attempt_to_connect_ends_with_the_pool() {
    let before = tasks_alive();
    let pool = Pool::builder()
        .resolve(|_| std::future::pending())
        .build()
        .unwrap();
    let mut waits = Box::pin(client(&pool, "http://name.test:1"));
    assert!(futures::poll!(&mut waits).is_pending());
    pool.close().await;
    waits.await.unwrap_err();
    assert_eq!(tasks_alive(), before);
    assert_eq!(pool.snapshot().sockets, 0);
}

#[tokio::test]
async fn the_last_handles_drop_closes_the_pool() {
    let before = tasks_alive();
    let host = Host::start().await;
    let pool = Pool::builder().build().unwrap();
    pool.warm_up(host.url()).await.unwrap();
    let clone = pool.clone();
    drop(pool);
    clone.warm_up(host.url()).await.unwrap();
    assert_eq!(settles(|| host.connections(), 1).await, 1);
    drop(clone);
    assert_eq!(settles(|| host.connections(), 0).await, 0);
    assert_eq!(settles(tasks_alive, before).await, before);
}

#[tokio::test]
async fn closing_while_leases_come_and_go_on_all_threads_leaves_nothing() {
    let host = Host::start().await;
    for _ in 0..20 {
        let pool = Pool::builder().leases_per_connection(2).build().unwrap();
        let apart = [Apart::new("one"), Apart::new("two")];
        let mut leases = JoinSet::new();
        for apart in &apart {
            for _ in 0..10 {
                let (pool, url) = (pool.clone(), host.url());
                let lease = scoped(async move {
                    loop {
                        let mut client = client(&pool, &url).await?;
                        let _ = client.unary(Ask::default()).await;
                    }
                });
                leases.spawn_on(lease, apart.handle());
            }
        }
        assert!(settles(|| pool.snapshot().counts.leases > 100, true).await);
        pool.close().await;
        for ended in leases.join_all().await {
            let ended: Result<(), ConnectError> = ended;
            ended.unwrap_err();
        }
        assert_eq!(pool.snapshot().sockets, 0);
    }
    assert_eq!(settles(|| host.connections(), 0).await, 0);
}
