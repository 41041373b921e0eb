//! A scoped handler is ended in every way there is, while a call of each shape
//! to a peer, and a task that would never end, are bound to its scope. Each
//! test asserts what its caller saw, what the peer saw on the wire, why the
//! scope closed, and that tasks, streams, sockets and scopes are back where
//! they were.

mod front;

use front::{End, Front, Transport};
use tonic::Code;
use tonic_scope::CloseReason;
use tonic_scope_tests::{Peer, Seen, settles, tasks_alive};

/// Runs one handler of the given shape to the given end.
async fn handler_ends(shape: &'static str, end: End, transport: Transport) {
    let peer = Peer::start().await;
    let front = Front::start(&peer, end, transport).await;
    let sockets = usize::from(transport == Transport::LongLived);
    assert_eq!(settles(|| peer.connections(), sockets).await, sockets);
    let tasks = tasks_alive();

    let call = front.call(shape);
    let uploads = matches!(shape, "upload" | "chat");
    let reached = || peer.opened() == 1 && peer.seen().contains(&Seen::UploadComplete) != uploads;
    assert!(
        settles(reached, true).await,
        "the handler's call has reached the peer"
    );
    assert_eq!(peer.calls(), 1);
    assert!(tasks_alive() > tasks);

    front.go();
    if end == End::OwnerDropped {
        call.hang_up();
    } else {
        assert_eq!(
            call.outcome().await,
            expected_code(end),
            "what the caller saw"
        );
    }

    assert_eq!(
        settles(|| peer.calls(), 0).await,
        0,
        "no stream at the peer"
    );
    assert_eq!(
        settles(|| peer.connections(), sockets).await,
        sockets,
        "sockets"
    );
    assert_eq!(settles(tasks_alive, tasks).await, tasks, "tasks");
    let scope = front.scope().await;
    assert_eq!(scope.close_reason(), Some(expected_reason(end)));
    assert_eq!(scope.ended().await, expected_reason(end));

    let seen = peer.seen();
    assert_eq!(
        seen.contains(&Seen::UploadComplete),
        !uploads,
        "an upload that was cut off must not look complete: {seen:?}"
    );
    match (seen.last(), transport) {
        (Some(Seen::Reset(reason)), _) => assert_eq!(*reason, h2::Reason::CANCEL),
        (Some(Seen::Lost), Transport::Temporary) => {}
        (other, _) => panic!("the peer saw {other:?} at the end, over a {transport:?} client"),
    }
}

fn expected_reason(end: End) -> CloseReason {
    match end {
        End::Completed => CloseReason::Completed,
        End::Failed => CloseReason::Failed,
        End::Deadline => CloseReason::DeadlineExceeded,
        End::Idle => CloseReason::Idle,
        End::Cancelled => CloseReason::Cancelled,
        End::OwnerDropped => CloseReason::OwnerDropped,
        End::Panicked => CloseReason::Panicked,
    }
}

fn expected_code(end: End) -> Code {
    match end {
        End::Completed => Code::Ok,
        End::Failed => Code::Aborted,
        End::Deadline | End::Idle => Code::DeadlineExceeded,
        // A panic tears the stream down; hyper resets it.
        End::Cancelled | End::OwnerDropped | End::Panicked => Code::Cancelled,
    }
}

macro_rules! ends {
    ($shape:ident: $($end:ident as $name:ident),+ $(,)?) => {
        mod $shape {
            use super::*;

            $(mod $name {
                use super::*;

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn with_a_temporary_client() {
                    handler_ends(stringify!($shape), End::$end, Transport::Temporary).await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn with_a_long_lived_client() {
                    handler_ends(stringify!($shape), End::$end, Transport::LongLived).await;
                }
            })+
        }
    };
}

ends!(unary: Completed as completed, Failed as failed, Deadline as deadline, Cancelled as cancelled,
    OwnerDropped as owner_dropped, Panicked as panicked);
ends!(upload: Completed as completed, Failed as failed, Deadline as deadline, Cancelled as cancelled,
    OwnerDropped as owner_dropped, Panicked as panicked);
ends!(download: Completed as completed, Failed as failed, Deadline as deadline, Idle as idle,
    Cancelled as cancelled, OwnerDropped as owner_dropped, Panicked as panicked);
ends!(chat: Completed as completed, Failed as failed, Deadline as deadline, Idle as idle,
    Cancelled as cancelled, OwnerDropped as owner_dropped, Panicked as panicked);
