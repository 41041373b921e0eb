//! Uploads that wait for the peer's window: the transport has their next frame, and
//! asks for none.

use std::time::Duration;

use futures::stream;
use tonic::Code;
use tonic_scope::Scope;
use tonic_scope_tests::{Peer, Seen, Talk, long_lived, settles, shapes::Ask};

/// More than any window that was not asked for.
fn large() -> Ask {
    Ask {
        text: "x".repeat(1 << 20),
    }
}

/// How the peer saw a call end whose scope was over while its upload was stuck.
async fn ended(upload: bool) -> Vec<Seen> {
    let peer = Peer::that(Talk::Deaf).await;
    let mut client = long_lived(peer.url()).await;
    let scope = Scope::builder("stuck").timeout(Duration::from_millis(300));
    let answer = scope.run(async {
        if upload {
            client.upload(stream::repeat_with(large)).await
        } else {
            client.unary(large()).await
        }
    });
    let status = answer.await.expect_err("nobody answers");
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status:?}");
    // The connection is open, and carries nothing of the call.
    assert_eq!(settles(|| peer.calls(), 0).await, 0);
    assert_eq!(peer.connections(), 1);
    drop(client);
    peer.seen().into_iter().skip(1).collect()
}

#[tokio::test]
async fn a_message_that_waits_for_the_window_is_reset_with_its_call() {
    assert_eq!(ended(false).await, [Seen::Reset(h2::Reason::CANCEL)]);
}

#[tokio::test]
async fn a_stream_that_waits_for_the_window_is_reset_with_its_call() {
    assert_eq!(ended(true).await, [Seen::Reset(h2::Reason::CANCEL)]);
}
