//! Limits that are said for one call, where it is made.

use std::{future::pending, time::Duration};

use futures::StreamExt;
use tonic::{Code, Status};
use tonic_scope::{FutureExt, Limits, Scope, ScopeError};
use tonic_scope_tests::{Peer, Seen, long_lived, settles, shapes::Ask};

const SECOND: Duration = Duration::from_secs(1);

/// Makes a call under limits of its own in a scope of 20 s whose calls have 5 s,
/// and returns what the peer was told.
async fn told(limits: Limits) -> Option<String> {
    let peer = Peer::start().await;
    let mut client = long_lived(peer.url()).await;
    let body = async {
        let call = client.unary(Ask::default()).limited(limits);
        tokio::select! {
            answer = call => panic!("{answer:?}"),
            opened = settles(|| peer.opened(), 1) => assert_eq!(opened, 1),
        }
        Ok::<_, ScopeError>(())
    };
    let scope = Scope::builder("limited")
        .timeout(SECOND * 20)
        .call_timeout(SECOND * 5);
    scope.run(body).await.unwrap();
    match peer.seen().into_iter().next() {
        Some(Seen::Opened(_, timeout)) => timeout,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_calls_own_timeout_takes_the_place_of_the_scopes_default_either_way() {
    assert_eq!(told(Limits::new()).await.unwrap(), "5S");
    assert_eq!(told(Limits::timeout(SECOND * 3)).await.unwrap(), "3S");
    assert_eq!(told(Limits::timeout(SECOND * 10)).await.unwrap(), "10S");
    let capped = told(Limits::timeout(SECOND * 60)).await.unwrap();
    let capped: u64 = capped.strip_suffix('m').unwrap().parse().unwrap();
    assert!((10_000..20_000).contains(&capped), "{capped} ms");
}

#[tokio::test]
async fn time_is_kept_back_from_what_the_peer_is_told() {
    assert_eq!(
        told(Limits::timeout(SECOND * 3).and_reserve(SECOND))
            .await
            .unwrap(),
        "2S"
    );
    assert_eq!(
        told(Limits::timeout(SECOND * 3).and_reserve(SECOND * 9))
            .await
            .unwrap(),
        "1500m"
    );
}

#[tokio::test]
async fn a_local_limit_is_not_told() {
    assert_eq!(told(Limits::timeout(SECOND * 3).and_local()).await, None);
    let peer = Peer::start().await;
    let mut client = long_lived(peer.url()).await;
    let limits = Limits::timeout(Duration::from_millis(20)).and_local();
    let scope = Scope::builder("local").timeout(SECOND * 20);
    let call = scope.run(async move { client.unary(Ask::default()).limited(limits).await });
    let status = call.await.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded);
    assert!(status.message().contains("`local`"), "{status}");
    assert_eq!(settles(|| peer.calls(), 0).await, 0);
}

#[tokio::test]
async fn a_nested_scope_limits_its_own_calls() {
    let peer = Peer::start().await;
    let mut client = long_lived(peer.url()).await;
    let nested = Scope::builder("outer").timeout(SECOND * 60).run(async {
        let inner = Scope::builder("inner").call_timeout(SECOND * 5).run(async {
            tokio::select! {
                answer = client.unary(Ask::default()) => panic!("{answer:?}"),
                opened = settles(|| peer.opened(), 1) => assert_eq!(opened, 1),
            }
            Ok::<_, ScopeError>(())
        });
        inner.limited(Limits::timeout(SECOND * 10)).await
    });
    nested.await.unwrap();
    let seen = peer.seen();
    assert!(
        matches!(&seen[0], Seen::Opened(_, Some(told)) if told == "5S"),
        "{seen:?}"
    );
}

#[tokio::test]
async fn the_limits_of_a_call_cover_its_response_stream() {
    for limits in [
        Limits::timeout(Duration::from_millis(50)),
        Limits::idle(Duration::from_millis(50)),
    ] {
        let peer = Peer::start().await;
        let mut client = long_lived(peer.url()).await;
        let scope = Scope::builder("stream").timeout(SECOND * 20);
        let body = async {
            let answers = client.download(Ask::default()).limited(limits).await?;
            Ok::<_, Status>(answers.into_inner().collect::<Vec<_>>().await)
        };
        let answers = scope.run(body).await.unwrap();
        assert_eq!(answers.len(), 2);
        assert!(answers[0].is_ok());
        assert_eq!(
            answers[1].as_ref().unwrap_err().code(),
            Code::DeadlineExceeded
        );
        assert_eq!(settles(|| peer.calls(), 0).await, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_future_that_is_no_call_is_ended_too() {
    let never = pending::<Result<(), Status>>().limited(Limits::timeout(SECOND));
    assert_eq!(never.await.unwrap_err().code(), Code::DeadlineExceeded);
    let ready = async { Ok::<_, Status>(7) }.limited(Limits::timeout(Duration::ZERO));
    assert_eq!(ready.await.unwrap(), 7);
}
