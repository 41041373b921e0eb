//! The peer is a server of our client.

use std::time::Duration;

use tonic::{Code, Request, Status};
use tonic_scope::{CloseReason, Scope};
use tonic_scope_tests::{channel, long_lived, shapes::shapes_client::ShapesClient};

use crate::{
    LONG, SHAPES, SHORT,
    foreign::{Foreign, Language, Order},
    is_left_of,
    ours::{ask, call, in_scope},
    with_each_peer,
};

with_each_peer!(
    what_it_answers_is_answered,
    it_is_told_what_is_left_of_a_scope,
    a_deadline_is_over_for_both,
    the_end_of_a_scope_reaches_it,
    a_dropped_call_reaches_it,
    its_cancel_is_not_our_deadline,
    nothing_is_sent_when_no_time_is_left,
);

async fn what_it_answers_is_answered(language: Language) {
    let mut foreign = Foreign::start(language).await;
    let client = long_lived(foreign.url()).await;
    for shape in SHAPES {
        let (_, called) = in_scope(LONG, call(client.clone(), shape, "answer")).await;
        called.await.unwrap().unwrap();
        foreign.served().await;
        if let "Upload" | "Chat" = shape {
            assert_eq!(foreign.upload(shape).await, "complete", "{shape}");
        }
    }
}

async fn it_is_told_what_is_left_of_a_scope(language: Language) {
    let mut foreign = Foreign::start(language).await;
    let client = long_lived(foreign.url()).await;
    for shape in SHAPES {
        let (scope, called) = in_scope(LONG, call(client.clone(), shape, "wait")).await;
        let (method, left) = foreign.served().await;
        assert_eq!(method, shape);
        let left = left.unwrap();
        assert!(is_left_of(left, LONG), "{shape}: {left:?}");
        scope.cancel();
        called.await.unwrap().unwrap_err();

        let scope = Scope::builder("caller").no_timeout();
        let called = tokio::spawn(scope.run(call(client.clone(), shape, "wait")));
        assert_eq!(foreign.served().await, (shape.to_owned(), None));
        called.abort();
    }
}

async fn a_deadline_is_over_for_both(language: Language) {
    let mut foreign = Foreign::start(language).await;
    let client = long_lived(foreign.url()).await;
    for shape in SHAPES {
        let (_, called) = in_scope(SHORT, call(client.clone(), shape, "wait")).await;
        foreign.served().await;
        let status = called.await.unwrap().unwrap_err();
        assert_eq!(status.code(), Code::DeadlineExceeded, "{shape}: {status}");
        has_noticed(&mut foreign, shape).await;
    }
}

async fn the_end_of_a_scope_reaches_it(language: Language) {
    let mut foreign = Foreign::start(language).await;
    let client = long_lived(foreign.url()).await;
    for shape in SHAPES {
        let (scope, called) = in_scope(LONG, call(client.clone(), shape, "wait")).await;
        foreign.served().await;
        scope.cancel();
        let status = called.await.unwrap().unwrap_err();
        assert_eq!(status.code(), Code::Cancelled, "{shape}: {status}");
        has_noticed(&mut foreign, shape).await;
    }
}

async fn a_dropped_call_reaches_it(language: Language) {
    let mut foreign = Foreign::start(language).await;
    let client = long_lived(foreign.url()).await;
    for shape in SHAPES {
        let (scope, called) = in_scope(LONG, call(client.clone(), shape, "wait")).await;
        foreign.served().await;
        called.abort();
        assert_eq!(scope.ended().await, CloseReason::OwnerDropped, "{shape}");
        has_noticed(&mut foreign, shape).await;
    }
}

/// The call is over for the peer as well.
///
/// How its upload ended is not asked: both libraries may show a request stream that
/// was reset as one that has ended. What they were sent is a reset, which other tests
/// see on the wire.
async fn has_noticed(foreign: &mut Foreign, shape: &str) {
    foreign.over(shape).await;
}

async fn its_cancel_is_not_our_deadline(language: Language) {
    let foreign = Foreign::start(language).await;
    let client = long_lived(foreign.url()).await;
    for shape in SHAPES {
        let client = client.clone();
        let body = async move {
            let status = call(client, shape, "cancel").await.unwrap_err();
            assert_eq!(status.code(), Code::Cancelled, "{shape}: {status}");
            Scope::current().unwrap().check()
        };
        let scope = Scope::builder("caller").timeout(LONG);
        scope.run(body).await.expect("the scope goes on");
    }
}

async fn nothing_is_sent_when_no_time_is_left(language: Language) {
    let mut foreign = Foreign::start(language).await;
    let channel = channel(foreign.url()).await;

    // The scope of the transport is over.
    let scope = Scope::builder("home").timeout(Duration::from_millis(1));
    let mut escaped = None;
    let over = scope.run(async {
        let transport = Scope::current().unwrap().bind(channel.clone());
        escaped = Some(ShapesClient::new(transport));
        std::future::pending::<Result<(), Status>>().await
    });
    assert_eq!(over.await.unwrap_err().code(), Code::DeadlineExceeded);
    let status = call(escaped.unwrap(), "Unary", "answer").await.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status}");

    // The call itself has no time.
    let mut client = long_lived(foreign.url()).await;
    let body = async {
        let mut request = Request::new(ask("answer"));
        request.set_timeout(Duration::ZERO);
        let status = client.unary(request).await.unwrap_err();
        assert_eq!(status.code(), Code::DeadlineExceeded, "{status}");
        client.unary(ask("answer")).await.map(drop)
    };
    let scope = Scope::builder("caller").timeout(LONG);
    scope.run(body).await.unwrap();

    let (_, left) = foreign.served().await;
    assert!(is_left_of(left.unwrap(), LONG));
    // What it says comes in order: had another call arrived, it would have been said
    // before the answer to this one.
    let order = Order::new("Unary").asks("answer");
    let marker = foreign.call(&foreign.url(), &order).await;
    foreign.code(marker).await;
    foreign.served().await;
    assert!(foreign.is_quiet(), "one call alone has arrived");
}
