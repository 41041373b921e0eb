//! Where connections go: names with several addresses, none, or a wrong one.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
};

use http::HeaderValue;
use tonic::{Code, Status, transport::Endpoint};
use tonic_scope::{Scope, connection::Profile, pool::Pool};
use tonic_scope_tests::{
    Host, settles,
    shapes::{Ask, shapes_client::ShapesClient},
};

use super::harness::{client, scoped};

#[tokio::test]
async fn the_connections_to_a_name_spread_over_its_addresses() {
    let first = Host::start_at(Ipv4Addr::LOCALHOST).await;
    let address = SocketAddr::from(([127, 0, 0, 2], first.port()));
    let second = Host::start_on(address).await;
    let pool = Pool::builder()
        .leases_per_connection(1)
        .resolve(|_| async { Ok(vec![([127, 0, 0, 1], 0).into(), ([127, 0, 0, 2], 0).into()]) })
        .build()
        .unwrap();
    scoped(async {
        let url = format!("http://name.test:{}", first.port());
        let mut clients = Vec::new();
        for _ in 0..4 {
            clients.push(client(&pool, &url).await.unwrap());
        }
        let open = || (first.connections(), second.connections());
        assert_eq!(settles(open, (2, 2)).await, (2, 2));
    })
    .await;
}

#[tokio::test]
async fn an_address_that_does_not_answer_gives_way_to_the_next() {
    let host = Host::start().await;
    let pool = Pool::builder()
        .resolve(|_| async { Ok(vec![([127, 0, 0, 9], 0).into(), ([127, 0, 0, 1], 0).into()]) })
        .build()
        .unwrap();
    let url = format!("http://name.test:{}", host.port());
    let mut client = client(&pool, &url).await.unwrap();
    client.unary(Ask::default()).await.unwrap();
}

#[tokio::test]
async fn a_name_is_looked_up_for_each_connection_anew() {
    let mut old = Host::start_at(Ipv4Addr::LOCALHOST).await;
    let port = old.port();
    let new = Host::start_on(SocketAddr::from(([127, 0, 0, 2], port))).await;
    let last = Arc::new(AtomicUsize::new(1));
    let told = Arc::clone(&last);
    let pool = Pool::builder()
        .resolve(move |_| {
            let last = u8::try_from(told.load(SeqCst)).unwrap();
            async move { Ok(vec![([127, 0, 0, last], 0).into()]) }
        })
        .build()
        .unwrap();
    let url = format!("http://name.test:{port}");
    let mut before = client(&pool, &url).await.unwrap();
    before.unary(Ask::default()).await.unwrap();
    drop(before);
    last.store(2, SeqCst);
    old.stop();
    assert_eq!(settles(|| pool.snapshot().sockets, 0).await, 0);
    let mut after = client(&pool, &url).await.unwrap();
    after.unary(Ask::default()).await.unwrap();
    assert_eq!(new.answered(), 1);
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_an_error() {
    let pool = Pool::builder()
        .resolve(|name| async move {
            match name.as_str() {
                "empty.test" => Ok(Vec::new()),
                _ => Err(io::Error::new(io::ErrorKind::NotFound, "no such name")),
            }
        })
        .build()
        .unwrap();
    for (name, why) in [
        ("empty.test", "`empty.test` has no address"),
        ("unknown.test", "no such name"),
    ] {
        let error = client(&pool, &format!("http://{name}:1"))
            .await
            .unwrap_err();
        let status = Status::from(error);
        assert_eq!(status.code(), Code::Unavailable);
        assert!(status.message().contains(why), "{status}");
    }
}

#[tokio::test]
async fn a_name_that_the_system_does_not_know_is_an_error() {
    let pool = Pool::builder().build().unwrap();
    let lease = scoped(client(&pool, "http://no-such-name.invalid:1"));
    let error = lease.await.unwrap_err();
    assert!(error.transport().is_some(), "{error}");
}

#[tokio::test]
async fn a_look_up_that_hangs_ends_at_the_deadline() {
    let pool = Pool::builder()
        .resolve(|_| std::future::pending())
        .build()
        .unwrap();
    let error = Scope::builder("bounded")
        .timeout(std::time::Duration::from_millis(50))
        .run(async {
            client(&pool, "http://name.test:1").await?;
            Ok::<_, Status>(())
        })
        .await
        .unwrap_err();
    assert_eq!(error.code(), Code::DeadlineExceeded);
}

#[tokio::test]
async fn what_is_no_address_is_an_error_of_the_lease() {
    let pool = Pool::builder().build().unwrap();
    for text in [
        "",
        "users:50051",
        "http://",
        "http://a b",
        "ftp://users",
        "/users",
    ] {
        let error = client(&pool, text).await.unwrap_err();
        assert!(error.is_bad_address(), "{text}: {error}");
        assert_eq!(Status::from(error).code(), Code::FailedPrecondition);
    }
    assert!(pool.snapshot().keys.is_empty());
}

#[tokio::test]
async fn https_at_a_peer_without_tls_is_an_error_and_sends_no_call() {
    let host = Host::start().await;
    let pool = Pool::builder().build().unwrap();
    let url = host.url().replace("http://", "https://");
    let status = Status::from(client(&pool, &url).await.unwrap_err());
    assert_eq!(status.code(), Code::Unavailable, "{status}");
    assert_eq!(host.answered(), 0);
}

#[cfg(unix)]
#[tokio::test]
async fn a_unix_domain_socket_that_is_not_there_is_an_error() {
    let pool = Pool::builder().build().unwrap();
    let status = Status::from(client(&pool, "unix:///no/such/socket").await.unwrap_err());
    assert_eq!(status.code(), Code::Unavailable);
    assert!(status.message().contains("No such file"), "{status}");
}

#[tokio::test]
async fn profiles_do_not_share_connections() {
    let host = Host::start().await;
    let pool = Pool::builder().build().unwrap();
    let agent = |name| Profile::new().with_user_agent(HeaderValue::from_static(name));
    let url = host.url();
    let clients = [
        pool.connect(url.as_str()).await.unwrap(),
        pool.connect(agent("a").at(url.as_str())).await.unwrap(),
        pool.connect(agent("b").at(url.as_str())).await.unwrap(),
        // Says the same as one before.
        pool.connect(agent("a").at(url.as_str())).await.unwrap(),
    ];
    assert_eq!(settles(|| host.accepted(), 3).await, 3);
    for transport in clients {
        let mut client = ShapesClient::new(transport);
        client.unary(Ask::default()).await.unwrap();
    }
    assert_eq!(host.accepted(), 3);
}

#[tokio::test]
async fn a_target_is_also_an_endpoint() {
    let host = Host::start().await;
    let endpoint = Endpoint::new(Profile::new().at(host.url())).unwrap();
    assert!(endpoint.get_connect_timeout().is_some());
    let mut client = ShapesClient::connect(Profile::new().at(host.url()))
        .await
        .unwrap();
    client.unary(Ask::default()).await.unwrap();
    assert!(Endpoint::new(Profile::new().at("no address")).is_err());
}
