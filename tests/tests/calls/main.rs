//! Calls through a scoped transport: what they send, when they end, and what is
//! left of them.

mod allowed;
mod escaped;
mod ready;
mod stuck;

use std::time::Duration;

use futures::{StreamExt, stream};
use tonic::{Code, Request, Status, transport::Channel};
use tonic_scope::{CloseReason, Scope, ScopeError, Scoped, monitor};
use tonic_scope_tests::{
    Peer, Seen, channel, long_lived, settles,
    shapes::{Ask, shapes_client::ShapesClient},
};

type Client = ShapesClient<Scoped<Channel>>;

const LONG: Duration = Duration::from_secs(60);

/// The `grpc-timeout` of the latest call.
fn sent(peer: &Peer) -> Option<Duration> {
    let seen = peer.seen();
    let value = seen.iter().rev().find_map(|seen| match seen {
        Seen::Opened(_, timeout) => Some(timeout.clone()),
        _ => None,
    });
    let value = value.expect("a call was opened")?;
    let (digits, unit) = value.split_at(value.len() - 1);
    let count: u64 = digits.parse().unwrap();
    Some(match unit {
        "S" => Duration::from_secs(count),
        "m" => Duration::from_millis(count),
        "u" => Duration::from_micros(count),
        _ => panic!("{value}"),
    })
}

/// A timeout that was `wanted` a moment ago, rounded down by at most 1 %.
fn about(wanted: Duration) -> std::ops::RangeInclusive<Duration> {
    wanted * 9 / 10..=wanted
}

/// Starts a call that is never answered, and leaves it once the peer has it.
async fn start_unary(peer: &Peer, mut client: Client, request: Request<Ask>) {
    let before = peer.opened();
    tokio::select! {
        answer = client.unary(request) => panic!("{answer:?}"),
        opened = settles(|| peer.opened(), before + 1) => assert_eq!(opened, before + 1),
    }
}

#[tokio::test]
async fn a_call_outside_any_scope_passes_unchanged_and_is_counted() {
    let peer = Peer::start().await;
    let client = long_lived(peer.url()).await;
    let before = monitor::unscoped_calls();
    start_unary(&peer, client, Request::new(Ask::default())).await;
    assert_eq!(sent(&peer), None);
    assert!(monitor::unscoped_calls() > before);
}

#[tokio::test]
async fn a_strict_client_refuses_to_work_outside_a_scope() {
    let peer = Peer::start().await;
    let channel = channel(peer.url()).await;
    let mut client = ShapesClient::new(Scoped::new(channel).strict());
    let refused = client.unary(Ask::default()).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert!(refused.message().contains(file!()), "{refused}");
    assert_eq!(peer.opened(), 0);
}

#[tokio::test]
async fn the_tightest_limit_is_sent() {
    let peer = Peer::start().await;
    let client = long_lived(peer.url()).await;
    let second = Duration::from_secs(1);
    // scope, call_timeout, the request's own, and what the peer is told
    let table = [
        (Some(20), None, None, Some(20)),
        (Some(20), Some(5), None, Some(5)),
        (Some(20), Some(40), None, Some(20)),
        (Some(20), None, Some(5), Some(5)),
        (Some(20), None, Some(40), Some(20)),
        (Some(20), Some(10), Some(5), Some(5)),
        (Some(20), Some(5), Some(10), Some(5)),
        (None, None, None, None),
        (None, Some(5), None, Some(5)),
        (None, None, Some(5), Some(5)),
    ];
    for (timeout, call_timeout, own, told) in table {
        let mut scope = match timeout {
            Some(seconds) => Scope::builder("table").timeout(second * seconds),
            None => Scope::builder("table").no_timeout(),
        };
        if let Some(seconds) = call_timeout {
            scope = scope.call_timeout(second * seconds);
        }
        let mut request = Request::new(Ask::default());
        if let Some(seconds) = own {
            request.set_timeout(second * seconds);
        }
        let body = async {
            start_unary(&peer, client.clone(), request).await;
            Ok::<_, ScopeError>(())
        };
        scope.run(body).await.unwrap();
        let case = (timeout, call_timeout, own);
        match told {
            None => assert_eq!(sent(&peer), None, "{case:?}"),
            Some(seconds) => {
                let sent = sent(&peer).unwrap();
                assert!(
                    about(second * seconds).contains(&sent),
                    "{case:?}: {sent:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_nested_scope_has_no_more_time_than_its_parent() {
    let peer = Peer::start().await;
    let client = long_lived(peer.url()).await;
    let body = async {
        let inner = Scope::builder("inner").timeout(LONG).run(async {
            start_unary(&peer, client, Request::new(Ask::default())).await;
            Ok::<_, ScopeError>(())
        });
        inner.await
    };
    Scope::builder("outer")
        .timeout(Duration::from_secs(10))
        .run(body)
        .await
        .unwrap();
    assert!(about(Duration::from_secs(10)).contains(&sent(&peer).unwrap()));
}

#[tokio::test]
async fn a_call_that_exceeds_its_own_limit_is_reset_and_its_scope_lives_on() {
    let peer = Peer::start().await;
    let mut client = long_lived(peer.url()).await;
    let scope = Scope::builder("patient")
        .timeout(LONG)
        .call_timeout(Duration::from_millis(50));
    let body = async {
        let status = client.unary(Ask::default()).await.unwrap_err();
        assert_eq!(status.code(), Code::DeadlineExceeded);
        assert!(status.message().contains("50.0ms"), "{status}");
        Scope::current().unwrap().check()
    };
    scope.run(body).await.unwrap();
    assert_eq!(settles(|| peer.calls(), 0).await, 0);
    assert_eq!(peer.seen().last(), Some(&Seen::Reset(h2::Reason::CANCEL)));
}

#[tokio::test]
async fn a_response_stream_that_stands_still_ends_once_with_an_error() {
    let peer = Peer::start().await;
    let mut client = long_lived(peer.url()).await;
    let scope = Scope::builder("watch")
        .timeout(LONG)
        .idle(Duration::from_millis(50));
    let body = async {
        let mut answers = client.download(Ask::default()).await?.into_inner();
        assert!(answers.message().await?.is_some());
        assert_eq!(calls_in("watch"), 1);
        let status = answers.message().await.unwrap_err();
        assert_eq!(status.code(), Code::DeadlineExceeded);
        assert!(answers.message().await?.is_none());
        assert_eq!(
            settles(|| calls_in("watch"), 0).await,
            0,
            "though `answers` is still there"
        );
        Ok::<_, Status>(())
    };
    scope.run(body).await.unwrap();
    assert_eq!(settles(|| peer.calls(), 0).await, 0);
}

/// How many calls are bound to the scopes of a name.
fn calls_in(name: &str) -> usize {
    let snapshot = monitor::snapshot();
    let bonds = snapshot.named(name).flat_map(|scope| &scope.bonds);
    bonds.filter(|bond| bond.kind() == "call").count()
}

#[tokio::test]
async fn dropping_the_answers_of_a_chat_ends_its_upload() {
    let peer = Peer::start().await;
    let mut client = long_lived(peer.url()).await;
    let body = async {
        let upload = stream::iter([Ask::default()]).chain(stream::pending());
        let mut answers = client.chat(upload).await?.into_inner();
        assert!(answers.message().await?.is_some());
        drop(answers);
        assert_eq!(
            settles(|| peer.calls(), 0).await,
            0,
            "the call is over, and the scope is not"
        );
        Ok::<_, Status>(())
    };
    Scope::builder("chat")
        .timeout(LONG)
        .run(body)
        .await
        .unwrap();
    assert_eq!(peer.seen().last(), Some(&Seen::Reset(h2::Reason::CANCEL)));
}

#[tokio::test]
async fn nothing_is_sent_for_a_scope_that_is_closed_or_over() {
    let peer = Peer::start().await;
    let mut client = long_lived(peer.url()).await;
    let body = async {
        Scope::current().unwrap().cancel();
        Ok::<_, ScopeError>(client.unary(Ask::default()).await.unwrap_err().code())
    };
    let code = Scope::builder("cancelled")
        .timeout(LONG)
        .run(body)
        .await
        .unwrap();
    assert_eq!(code, Code::Cancelled);

    let body = async {
        let over = Scope::current().unwrap().deadline().unwrap();
        while !over.is_over() {}
        Ok::<_, ScopeError>(client.unary(Ask::default()).await.unwrap_err().code())
    };
    let code = Scope::builder("over")
        .timeout(Duration::from_millis(5))
        .run(body)
        .await
        .unwrap();
    assert_eq!(code, Code::DeadlineExceeded);
    assert_eq!(peer.opened(), 0);
}

#[tokio::test]
async fn a_scope_with_no_time_left_never_begins_its_body() {
    let parent = Scope::builder("parent")
        .timeout(Duration::from_millis(1))
        .run(async {
            let scope = Scope::current().unwrap();
            while !scope.deadline().unwrap().is_over() {}
            let child = Scope::builder("child").run(async {
                panic!("the child began");
                #[allow(unreachable_code, reason = "gives the block its type")]
                Ok::<(), ScopeError>(())
            });
            assert_eq!(
                child.await.unwrap_err().reason(),
                Some(CloseReason::DeadlineExceeded)
            );
            Ok::<_, ScopeError>(())
        });
    parent.await.unwrap();
}
