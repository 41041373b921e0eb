//! Peers that restart, vanish or never were, and runtimes that end.

use std::time::Duration;

use tokio::{net::TcpListener, time::timeout};
use tonic::{Code, Status};
use tonic_scope::{
    Scope, ScopeError,
    pool::{LeaseError, Pool},
};
use tonic_scope_tests::{Apart, Host, settles, shapes::Ask};

use super::harness::{Client, assert_lease, client, connections, gated, out, scoped};

/// A back-off that no test sits out.
const LONG: Duration = Duration::from_secs(10);

/// With a long back-off, which leases wait out.
fn patient() -> Pool {
    let pool = Pool::builder().back_off(LONG, LONG);
    pool.patience(3 * LONG).build().unwrap()
}

/// With attempts that follow each other closely.
fn eager() -> Pool {
    let brief = Duration::from_millis(1);
    Pool::builder().back_off(brief, 5 * brief).build().unwrap()
}

/// A lease that is asked for until there is one.
async fn lease_again(pool: &Pool, url: &str) -> Client {
    loop {
        match client(pool, url).await {
            Ok(client) => return client,
            Err(_) => tokio::time::sleep(Duration::from_millis(1)).await,
        }
    }
}

#[tokio::test]
async fn a_connection_is_replaced_when_its_peer_has_restarted() {
    let mut host = Host::start().await;
    let pool = eager();
    scoped(async {
        let mut client = client(&pool, &host.url()).await.unwrap();
        client.unary(Ask::default()).await.unwrap();
    })
    .await;
    host.stop();
    assert_eq!(settles(|| connections(&pool), 0).await, 0);
    host.restart().await;
    scoped(async {
        let mut client = lease_again(&pool, &host.url()).await;
        client.unary(Ask::default()).await.unwrap();
    })
    .await;
    assert_eq!(host.accepted(), 2);
}

#[tokio::test]
async fn a_lease_goes_on_when_its_peer_has_restarted() {
    let mut host = Host::start().await;
    let pool = eager();
    scoped(async {
        let mut client = client(&pool, &host.url()).await.unwrap();
        client.unary(Ask::default()).await.unwrap();
        host.stop();
        assert_eq!(settles(|| connections(&pool), 0).await, 0);
        host.restart().await;
        while client.unary(Ask::default()).await.is_err() {}
        assert_eq!(connections(&pool), 1);
        assert_eq!(pool.snapshot().sockets, 1);
    })
    .await;
    assert_eq!(settles(|| host.connections(), 1).await, 1);
    assert!(pool.snapshot().counts.reopened > 0);
}

#[tokio::test]
async fn a_call_of_a_lease_waits_for_a_back_off_that_ends_soon() {
    let mut host = Host::start().await;
    // Well before the limit on connecting.
    let (soon, late) = (Duration::from_secs(5), Duration::from_secs(15));
    let pool = Pool::builder()
        .back_off(soon, soon)
        .patience(late)
        .build()
        .unwrap();
    let mut client = client(&pool, &host.url()).await.unwrap();
    client.unary(Ask::default()).await.unwrap();
    host.stop();
    assert_eq!(settles(|| connections(&pool), 0).await, 0);
    client.unary(Ask::default()).await.unwrap_err();
    assert_eq!(pool.snapshot().counts.failed, 1);
    host.restart().await;
    let call = tokio::spawn(async move { client.unary(Ask::default()).await });
    // The channel's task has met the back-off when another call has gone by.
    let theirs = eager();
    let other = Host::start().await;
    let mut others = super::harness::client(&theirs, &other.url()).await.unwrap();
    others.unary(Ask::default()).await.unwrap();
    assert!(!call.is_finished());
    tokio::time::pause();
    tokio::time::advance(2 * soon).await;
    tokio::time::resume();
    call.await.unwrap().unwrap();
    assert_eq!(pool.snapshot().counts.failed, 1);
}

#[tokio::test]
async fn who_waits_is_served_by_a_connection_that_a_lease_has_opened_anew() {
    let mut host = Host::start().await;
    let (pool, may_resolve) = gated(Pool::builder().connections_per_key(1), 1);
    let pool = pool.build().unwrap();
    let url = format!("http://name.test:{}", host.port());
    let mut held = client(&pool, &url).await.unwrap();
    held.unary(Ask::default()).await.unwrap();
    host.stop();
    assert_eq!(settles(|| pool.snapshot().sockets, 0).await, 0);
    host.restart().await;

    // The lease's call has the only place for a socket, and holds the lease on.
    let mut theirs = held.clone();
    let call = tokio::spawn(async move { theirs.unary(Ask::default()).await });
    assert_eq!(settles(|| pool.snapshot().counts.reopened, 1).await, 1);
    let mut waits = Box::pin(client(&pool, &url));
    assert!(futures::poll!(&mut waits).is_pending());
    may_resolve.add_permits(1);
    call.await.unwrap().unwrap();
    let served = timeout(Duration::from_secs(10), waits).await;
    served.expect("a place on the connection").unwrap();
    assert_eq!(out(&pool), 1);
    drop(held);
}

#[tokio::test]
async fn a_broken_connection_without_leases_leaves_nothing() {
    let mut host = Host::start().await;
    let pool = eager();
    scoped(async {
        let mut client = client(&pool, &host.url()).await.unwrap();
        client.unary(Ask::default()).await.unwrap();
        host.stop();
        assert_eq!(settles(|| pool.snapshot().sockets, 0).await, 0);
        assert_eq!(out(&pool), 1);
    })
    .await;
    assert_eq!(settles(|| out(&pool), 0).await, 0);
    assert_eq!(connections(&pool), 0);
}

#[tokio::test]
async fn a_failed_connect_fails_all_who_wait_and_is_tried_again_after_a_while() {
    let mut host = Host::start().await;
    host.stop();
    let long = Duration::from_secs(10);
    let pool = Pool::builder().back_off(long, long).build().unwrap();
    let url = host.url();
    let waits = [
        client(&pool, &url),
        client(&pool, &url),
        client(&pool, &url),
    ];
    for error in futures::future::join_all(waits).await {
        let error = error.unwrap_err();
        assert!(error.transport().is_some(), "{error}");
        assert_eq!(Status::from(error).code(), Code::Unavailable);
    }
    assert_eq!(pool.snapshot().counts.failed, 1);

    // Not at once, and with the failure that was last.
    host.restart().await;
    let error = client(&pool, &url).await.unwrap_err();
    assert_lease(&error, LeaseError::is_back_off);
    let status = Status::from(error);
    assert_eq!(status.code(), Code::Unavailable);
    assert!(status.message().contains("refused"), "{status}");
    assert_eq!(pool.snapshot().counts.failed, 1);

    // With the random part, it is over after twice as long.
    tokio::time::pause();
    tokio::time::advance(2 * long).await;
    tokio::time::resume();
    client(&pool, &url).await.unwrap();
    assert_eq!(settles(|| host.accepted(), 1).await, 1);
}

#[tokio::test]
async fn a_lease_waits_for_the_end_of_a_back_off_that_comes_before_its_own() {
    let mut host = Host::start().await;
    host.stop();
    let pool = patient();
    let url = host.url();
    scoped(client(&pool, &url)).await.unwrap_err();
    host.restart().await;

    // With the time that it has it would be told nothing but that it is over.
    let brief = Scope::builder("brief").timeout(LONG / 2);
    let told = brief.run(async {
        client(&pool, &url).await?;
        Ok::<_, Status>(())
    });
    assert_eq!(told.await.unwrap_err().code(), Code::Unavailable);

    let mut waits = Box::pin(scoped(client(&pool, &url)));
    assert!(futures::poll!(&mut waits).is_pending());
    // In the time that a connection takes, none is made.
    let (other, theirs) = (Host::start().await, eager());
    let mut others = client(&theirs, &other.url()).await.unwrap();
    others.unary(Ask::default()).await.unwrap();
    assert_eq!(host.accepted(), 0);
    tokio::time::pause();
    tokio::time::advance(2 * LONG).await;
    tokio::time::resume();
    waits.await.unwrap();
    assert_eq!(pool.snapshot().counts.failed, 1);
}

#[tokio::test]
async fn a_pool_is_closed_while_a_back_off_is_waited_out() {
    let mut host = Host::start().await;
    host.stop();
    let pool = patient();
    let url = host.url();
    client(&pool, &url).await.unwrap_err();
    let mut waits = Box::pin(client(&pool, &url));
    assert!(futures::poll!(&mut waits).is_pending());
    pool.close().await;
    let error = waits.await.unwrap_err();
    assert_lease(&error, LeaseError::is_closed);
    assert_eq!(pool.snapshot().sockets, 0);
}

#[tokio::test]
async fn a_peer_that_hangs_up_at_once_is_not_called_over_and_over() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            drop(socket);
        }
    });
    let long = Duration::from_secs(60);
    let pool = Pool::builder().back_off(long, long).build().unwrap();
    let _ = client(&pool, &url).await;
    let barred = || pool.snapshot().sockets == 0;
    assert!(settles(barred, true).await);
    let error = client(&pool, &url).await.unwrap_err();
    assert_lease(&error, LeaseError::is_back_off);
    assert_eq!(pool.snapshot().counts.connected, 1);
}

#[tokio::test]
async fn a_connect_into_a_black_hole_ends_at_the_deadline() {
    // A listener whose queue is full: nobody accepts, and no more are let in.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queue = Vec::new();
    while let Ok(Ok(socket)) = timeout(
        Duration::from_millis(100),
        tokio::net::TcpStream::connect(address),
    )
    .await
    {
        queue.push(socket);
    }
    let pool = Pool::builder().build().unwrap();
    let error = Scope::builder("bounded")
        .timeout(Duration::from_millis(100))
        .run(async {
            client(&pool, &format!("http://{address}")).await?;
            Ok::<_, Status>(())
        })
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::DeadlineExceeded, "{error}");
    // The attempt is the pool's, and ends with it.
    assert!(pool.snapshot().keys[0].connecting);
    pool.close().await;
    assert_eq!(pool.snapshot().sockets, 0);
}

#[tokio::test]
async fn a_connection_whose_runtime_is_gone_is_replaced() {
    let host = Host::start().await;
    let pool = Pool::builder().build().unwrap();
    for turn in 1..=3 {
        let apart = Apart::new("client");
        let (theirs, url) = (pool.clone(), host.url());
        apart
            .run(scoped(async move {
                let mut client = client(&theirs, &url).await.unwrap();
                client.unary(Ask::default()).await.unwrap();
            }))
            .await;
        assert_eq!(host.accepted(), turn);
        drop(apart);
        assert_eq!(settles(|| pool.snapshot().sockets, 0).await, 0);
    }
    assert_eq!(settles(|| host.connections(), 0).await, 0);
}

#[tokio::test]
async fn a_connection_is_lent_in_its_own_runtime_alone() {
    let host = Host::start().await;
    let pool = Pool::builder().build().unwrap();
    let here = client(&pool, &host.url()).await.unwrap();
    let apart = Apart::new("client");
    let (theirs, url) = (pool.clone(), host.url());
    apart
        .run(scoped(async move {
            let mut client = client(&theirs, &url).await.unwrap();
            client.unary(Ask::default()).await.unwrap();
        }))
        .await;
    assert_eq!(settles(|| host.accepted(), 2).await, 2);
    drop(here);
}

#[tokio::test]
async fn a_runtime_that_ends_while_it_connects_leaves_nobody_waiting() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://name.test:{}", listener.local_addr().unwrap().port());
    let pool = Pool::builder()
        .resolve(|_| std::future::pending())
        .build()
        .unwrap();
    let apart = Apart::new("client");
    let theirs = pool.clone();
    let waits = apart
        .handle()
        .spawn(scoped(async move { client(&theirs, &url).await.map(drop) }));
    assert_eq!(settles(|| pool.snapshot().sockets, 1).await, 1);
    drop(apart);
    assert!(waits.await.unwrap_err().is_cancelled());
    assert_eq!(settles(|| pool.snapshot().sockets, 0).await, 0);
    let entry = &pool.snapshot().keys[0];
    assert_eq!((entry.waiting, entry.connecting), (0, false));
}

#[test]
fn without_a_runtime_a_lease_fails() {
    let pool = Pool::builder().build().unwrap();
    let lease = pool.connect("http://127.0.0.1:1");
    let error = futures::executor::block_on(lease).unwrap_err();
    assert!(error.to_string().contains("runtime"), "{error}");
}

#[tokio::test]
async fn a_connection_that_fails_call_after_call_is_lent_no_more() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let apart = Apart::new("refuses");
    let listener = listener.into_std().unwrap();
    apart.handle().spawn(refuse_calls(listener));
    let pool = Pool::builder().strikes(3).build().unwrap();
    for number in 1..=6 {
        let run = Scope::builder("call").run(async {
            let mut client = client(&pool, &url).await.map_err(Status::from).unwrap();
            client.unary(Ask::default()).await.unwrap_err();
            Ok::<_, ScopeError>(())
        });
        run.await.unwrap();
        let made = pool.snapshot().counts.connected;
        assert_eq!(made, if number <= 3 { 1 } else { 2 });
    }
}

/// Resets each stream, and keeps its connections.
async fn refuse_calls(listener: std::net::TcpListener) {
    let listener = TcpListener::from_std(listener).unwrap();
    while let Ok((socket, _)) = listener.accept().await {
        tokio::spawn(async move {
            let mut connection = h2::server::handshake(socket).await.unwrap();
            while let Some(Ok((_, mut respond))) = connection.accept().await {
                respond.send_reset(h2::Reason::INTERNAL_ERROR);
            }
        });
    }
}
