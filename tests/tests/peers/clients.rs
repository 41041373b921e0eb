//! The peer is a client of our server.

use std::time::Duration;

use tonic::Code;
use tonic_scope::CloseReason;

use crate::{
    LONG, SHAPES, SHORT,
    foreign::{Foreign, Language, Order},
    is_left_of,
    ours::{BOTH, Ours, Scopes},
    with_each_peer,
};

with_each_peer!(
    what_it_asks_is_answered,
    its_deadline_arrives_in_the_handler,
    its_deadline_goes_on_to_the_next_server,
    its_deadline_ends_the_handler,
    its_cancel_ends_the_handler,
    a_cancel_by_the_handler_reaches_it,
    without_time_it_is_over,
);

async fn what_it_asks_is_answered(language: Language) {
    let mut foreign = Foreign::start(language).await;
    for scopes in BOTH {
        let mut ours = Ours::start(scopes).await;
        for shape in SHAPES {
            let order = Order::new(shape).asks("answer").complete();
            let call = foreign.call(&ours.url, &order).await;
            assert_eq!(foreign.answer(call).await, "answer", "{shape}, {scopes:?}");
            assert_eq!(foreign.code(call).await, "OK", "{shape}, {scopes:?}");
            let scope = ours.scope().await;
            assert_eq!(scope.ended().await, CloseReason::Completed, "{shape}");
            if shape == "Upload" {
                assert_eq!(ours.uploaded().await, Ok(()));
            }
        }
    }
}

async fn its_deadline_arrives_in_the_handler(language: Language) {
    let mut foreign = Foreign::start(language).await;
    for scopes in BOTH {
        let mut ours = Ours::start(scopes).await;
        for shape in SHAPES {
            let order = Order::new(shape).silent();
            foreign.call(&ours.url, &order.clone().timeout(LONG)).await;
            let left = ours.scope().await.remaining().unwrap();
            assert!(arrives(left, LONG), "{shape}, {scopes:?}: {left:?}");

            foreign.call(&ours.url, &order).await;
            let left = ours.scope().await.remaining();
            match scopes {
                Scopes::Layer => assert_eq!(left, None, "{shape}"),
                Scopes::Attribute => assert!(left.unwrap() > LONG, "{shape}: its own"),
            }
        }
    }
}

/// As [`is_left_of`], of what the peer has sent: gRPC's C core rounds up, to three
/// significant digits.
fn arrives(left: Duration, allowed: Duration) -> bool {
    is_left_of(left.min(allowed), allowed) && left <= allowed * 101 / 100
}

async fn its_deadline_goes_on_to_the_next_server(language: Language) {
    let mut foreign = Foreign::start(language).await;
    for scopes in BOTH {
        let mut ours = Ours::start_before(scopes, Some(&foreign.url())).await;
        let order = Order::new("Unary").asks("forward").timeout(LONG);
        let call = foreign.call(&ours.url, &order).await;
        let scope = ours.scope().await;
        let (method, left) = foreign.served().await;
        assert_eq!(method, "Unary");
        let left = left.unwrap();
        assert!(arrives(left, LONG), "{scopes:?}: {left:?}");
        assert_eq!(foreign.answer(call).await, "answer");
        assert_eq!(foreign.code(call).await, "OK");
        assert_eq!(scope.ended().await, CloseReason::Completed);
    }
}

async fn its_deadline_ends_the_handler(language: Language) {
    let mut foreign = Foreign::start(language).await;
    for scopes in BOTH {
        let mut ours = Ours::start(scopes).await;
        for shape in SHAPES {
            let order = Order::new(shape).silent().timeout(SHORT);
            let call = foreign.call(&ours.url, &order).await;
            let scope = ours.scope().await;
            assert_eq!(
                foreign.code(call).await,
                "DEADLINE_EXCEEDED",
                "{shape}, {scopes:?}"
            );
            // Ours is first by a little, and the peer may be quicker all the same.
            let reason = scope.ended().await;
            match (language, shape) {
                // Node completes a request stream before it resets it.
                (Language::Node, "Upload" | "Chat") => {}
                _ => assert!(
                    matches!(
                        reason,
                        CloseReason::DeadlineExceeded | CloseReason::OwnerDropped
                    ) || shape == "Upload" && reason == CloseReason::Failed,
                    "{shape}, {scopes:?}: {reason}"
                ),
            }
        }
    }
}

async fn its_cancel_ends_the_handler(language: Language) {
    let mut foreign = Foreign::start(language).await;
    for scopes in BOTH {
        for shape in SHAPES {
            let mut ours = Ours::start(scopes).await;
            let call = foreign.call(&ours.url, &Order::new(shape)).await;
            let scope = ours.scope().await;
            foreign.cancel(call).await;
            assert_eq!(foreign.code(call).await, "CANCELLED", "{shape}, {scopes:?}");
            let reason = scope.ended().await;
            match (language, scopes, shape) {
                // Node completes a request stream before it resets it.
                (Language::Node, _, "Upload" | "Chat") => {}
                // The handler is told first, and fails.
                (_, Scopes::Layer, "Upload") => {
                    assert_eq!(ours.uploaded().await, Err(Code::Aborted));
                    assert_eq!(reason, CloseReason::Failed);
                }
                _ => assert_eq!(reason, CloseReason::OwnerDropped, "{shape}, {scopes:?}"),
            }
        }
    }
}

async fn a_cancel_by_the_handler_reaches_it(language: Language) {
    let mut foreign = Foreign::start(language).await;
    for scopes in BOTH {
        let mut ours = Ours::start(scopes).await;
        for shape in SHAPES {
            let order = Order::new(shape).silent();
            let call = foreign.call(&ours.url, &order).await;
            let scope = ours.scope().await;
            scope.cancel();
            assert_eq!(foreign.code(call).await, "CANCELLED", "{shape}, {scopes:?}");
            assert_eq!(scope.ended().await, CloseReason::Cancelled);
        }
    }
}

async fn without_time_it_is_over(language: Language) {
    let mut foreign = Foreign::start(language).await;
    let mut ours = Ours::start(Scopes::Layer).await;
    for shape in SHAPES {
        for seconds in [0.0, -1.0] {
            let order = Order::new(shape).seconds(seconds);
            let call = foreign.call(&ours.url, &order).await;
            let code = foreign.code(call).await;
            assert_eq!(code, "DEADLINE_EXCEEDED", "{shape}, {seconds}");
        }
    }
    let order = Order::new("Unary").asks("answer").timeout(LONG);
    let call = foreign.call(&ours.url, &order).await;
    assert_eq!(foreign.code(call).await, "OK");
    // A peer may say the shortest time that it can instead of sending nothing. A
    // handler that began in it has ended with it.
    loop {
        let scope = ours.scope().await;
        if scope.remaining().is_some_and(|left| left > Duration::ZERO) {
            break;
        }
        // For its time, its caller that is gone, or the upload that broke off.
        assert_ne!(scope.ended().await, CloseReason::Completed);
    }
    assert!(ours.is_quiet(), "that was the last one");
}
