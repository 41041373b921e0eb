//! Peers that break off: the caller is told at once, and not that its time is over.

use std::sync::Arc;

use futures::{StreamExt, stream};
use nix::sys::signal::Signal;
use tonic::Code;
use tonic_scope::CloseReason;
use tonic_scope_tests::{Peer, Process, Wire, serve, settles, shapes::Answer};

use crate::harness::{LONG, Ours, Service, Shape, Via, reached, saw_the_end};

/// What a connection that breaks is reported as.
const BROKEN: [Code; 4] = [
    Code::Unavailable,
    Code::Unknown,
    Code::Internal,
    Code::Cancelled,
];

for_each_shape!(
    peer_is_killed,
    connection_is_reset,
    peer_says_goaway,
    server_restarts
);

/// In a child: a server that answers with one message and then nothing, and says
/// when it is called.
pub(crate) async fn serve_in_child(shape: Shape) {
    let (service, _scopes) = Service::new(
        LONG,
        Arc::new(move |_| {
            Process::say("called");
            let first = stream::iter(shape.streams().then(|| Ok(Answer::default())));
            first.chain(stream::pending()).boxed()
        }),
    );
    Process::say(&serve(service).await);
    std::future::pending::<()>().await;
}

/// A peer in a process of its own, and its URL.
pub(crate) fn child(test: &str, shape: Shape) -> (Process, String) {
    let shape = format!("{shape:?}").to_lowercase();
    let mut child = Process::again(&format!("{test}::{shape}"), "serve");
    let url = child.hear().expect("a URL");
    (child, url)
}

async fn peer_is_killed(shape: Shape) {
    if Process::told().is_some() {
        return serve_in_child(shape).await;
    }
    for long_lived in [false, true] {
        let (mut child, url) = child("breaks::peer_is_killed", shape);
        let wire = Wire::to(Some(&url)).await;
        let via = Via::new(long_lived, &wire.url()).await;
        let ours = Ours::call(LONG, via, shape).await;
        assert_eq!(child.hear().as_deref(), Some("called"));
        child.signal(Signal::SIGKILL);
        ours.ends(&BROKEN, CloseReason::Failed).await;
        assert_eq!(settles(|| wire.connections(), 0).await, 0);
    }
}

async fn connection_is_reset(shape: Shape) {
    for long_lived in [false, true] {
        let peer = Peer::start().await;
        let wire = Wire::to(Some(&peer.url())).await;
        let via = Via::new(long_lived, &wire.url()).await;
        let ours = Ours::call(LONG, via, shape).await;
        reached(&peer, 1, shape).await;
        wire.cut();
        ours.ends(&BROKEN, CloseReason::Failed).await;
        saw_the_end(&peer, shape).await;
        assert_eq!(settles(|| peer.connections(), 0).await, 0);
    }
}

async fn peer_says_goaway(shape: Shape) {
    for long_lived in [false, true] {
        let peer = Peer::start().await;
        let via = Via::new(long_lived, &peer.url()).await;
        let ours = Ours::call(LONG, via, shape).await;
        reached(&peer, 1, shape).await;
        peer.leave();
        ours.ends(&BROKEN, CloseReason::Failed).await;
        assert_eq!(settles(|| peer.calls(), 0).await, 0);
        assert_eq!(settles(|| peer.connections(), 0).await, 0);
    }
}

/// A client that lives on finds the new server by itself.
async fn server_restarts(shape: Shape) {
    if Process::told().is_some() {
        return serve_in_child(shape).await;
    }
    let (mut first, url) = child("breaks::server_restarts", shape);
    let wire = Wire::to(Some(&url)).await;
    let via = Via::long_lived(&wire.url()).await;
    let ours = Ours::call(LONG, via.clone(), shape).await;
    assert_eq!(first.hear().as_deref(), Some("called"));
    first.signal(Signal::SIGKILL);
    ours.ends(&BROKEN, CloseReason::Failed).await;

    let (mut second, url) = child("breaks::server_restarts", shape);
    wire.lead_to(&url);
    let mut ours = Ours::call(LONG, via.clone(), shape).await;
    assert_eq!(
        second.hear().as_deref(),
        Some("called"),
        "on a new connection"
    );
    ours.scope().cancel();
    assert_eq!(ours.scope().ended().await, CloseReason::Cancelled);
    assert_eq!(ours.answers().await.unwrap().code(), Code::Cancelled);
    assert_eq!(settles(|| wire.connections(), 1).await, 1);
}
