//! Peers that fall silent: the deadline ends what they would keep for ever.

use futures::StreamExt;
use nix::sys::signal::Signal;
use tonic::{
    Code, Status,
    transport::{ClientTlsConfig, Endpoint},
};
use tonic_scope::{CloseReason, Phase, Scope, ScopeError};
use tonic_scope_tests::{Peer, Process, Talk, Wire, settles, shapes::Ask};

use crate::{
    breaks::{child, serve_in_child},
    harness::{LONG, Ours, SHORT, Shape, Via, endless, reached, saw_the_end},
    plain::black_hole,
};

for_each_shape!(
    peer_is_stopped,
    connection_is_half_open,
    peer_is_a_black_hole,
    tls_handshake_never_ends,
    peer_accepts_and_never_answers,
    headers_and_then_nothing,
    a_message_and_then_nothing,
    messages_without_end_for_a_reader_that_is_stuck,
    no_stream_is_free,
);

async fn ends_at_its_deadline(ours: Ours) -> Status {
    let ended = ours
        .ends(&[Code::DeadlineExceeded], CloseReason::DeadlineExceeded)
        .await;
    ended.expect("a status")
}

async fn peer_is_stopped(shape: Shape) {
    if Process::told().is_some() {
        return serve_in_child(shape).await;
    }
    let (mut child, url) = child("silence::peer_is_stopped", shape);
    let wire = Wire::to(Some(&url)).await;
    for long_lived in [false, true] {
        let via = Via::new(long_lived, &wire.url()).await;
        let ours = Ours::call(SHORT * 3, via.clone(), shape).await;
        assert_eq!(child.hear().as_deref(), Some("called"));
        child.signal(Signal::SIGSTOP);
        ends_at_its_deadline(ours).await;
        let sockets = via.sockets();
        assert_eq!(settles(|| wire.connections(), sockets).await, sockets);
        child.signal(Signal::SIGCONT);
    }
}

async fn connection_is_half_open(shape: Shape) {
    for long_lived in [false, true] {
        let peer = Peer::start().await;
        let wire = Wire::to(Some(&peer.url())).await;
        let via = Via::new(long_lived, &wire.url()).await;
        let sockets = via.sockets();
        let ours = Ours::call(SHORT, via.clone(), shape).await;
        reached(&peer, 1, shape).await;
        wire.die();
        ends_at_its_deadline(ours).await;
        assert_eq!(settles(|| wire.connections(), sockets).await, sockets);
        drop(wire);
        saw_the_end(&peer, shape).await;
    }
}

async fn peer_is_a_black_hole(shape: Shape) {
    let (address, _queue, _listener) = black_hole().await;
    let endpoint = Endpoint::from_shared(format!("http://{address}")).unwrap();
    let lasting = Via::LongLived(endpoint.connect_lazy());
    for via in [Via::Temporary(endpoint.into()), lasting] {
        let status = ends_at_its_deadline(Ours::call(SHORT, via, shape).await).await;
        assert_eq!(phase(&status), Some(Phase::Connecting), "{status}");
    }
}

/// In which phase the scope's error says that the time was over.
fn phase(status: &Status) -> Option<Phase> {
    let source = std::error::Error::source(status)?;
    source.downcast_ref::<ScopeError>()?.phase()
}

async fn tls_handshake_never_ends(shape: Shape) {
    let wire = Wire::to(None).await;
    let url = wire.url().replace("http", "https");
    let tls = ClientTlsConfig::new().domain_name("localhost");
    let endpoint = Endpoint::from_shared(url).unwrap().tls_config(tls).unwrap();
    let ours = Ours::call(SHORT, Via::Temporary(endpoint.into()), shape).await;
    assert_eq!(settles(|| wire.connections(), 1).await, 1, "it has begun");
    let status = ends_at_its_deadline(ours).await;
    assert_eq!(phase(&status), Some(Phase::Connecting), "{status}");
    assert_eq!(settles(|| wire.connections(), 0).await, 0);
}

async fn peer_accepts_and_never_answers(shape: Shape) {
    let wire = Wire::to(None).await;
    // Without a word from the peer, HTTP/2 takes the connection for made.
    for long_lived in [false, true] {
        let via = Via::new(long_lived, &wire.url()).await;
        let sockets = via.sockets();
        let ours = Ours::call(SHORT, via.clone(), shape).await;
        ends_at_its_deadline(ours).await;
        assert_eq!(settles(|| wire.connections(), sockets).await, sockets);
    }
}

async fn headers_and_then_nothing(shape: Shape) {
    falls_silent(Talk::Headers, shape).await;
}

async fn a_message_and_then_nothing(shape: Shape) {
    falls_silent(Talk::Message, shape).await;
}

async fn falls_silent(talk: Talk, shape: Shape) {
    let peer = Peer::that(talk).await;
    for (n, long_lived) in [false, true].into_iter().enumerate() {
        let via = Via::new(long_lived, &peer.url()).await;
        let ours = Ours::call(SHORT, via, shape).await;
        reached(&peer, n + 1, shape).await;
        let status = ends_at_its_deadline(ours).await;
        if !shape.streams() && talk == Talk::Message {
            assert_eq!(phase(&status), Some(Phase::Headers), "{status}");
        }
        saw_the_end(&peer, shape).await;
    }
    assert_eq!(settles(|| peer.connections(), 0).await, 0);
}

/// Nobody reads what the peer sends: what it has sent stays small, and it is told
/// of the end. A shape without a stream of answers has nobody who could be stuck.
async fn messages_without_end_for_a_reader_that_is_stuck(shape: Shape) {
    let peer = Peer::that(Talk::Endless).await;
    for (n, long_lived) in [false, true].into_iter().enumerate() {
        let via = Via::new(long_lived, &peer.url()).await;
        let ours = Ours::run(SHORT, async move {
            let mut client = via.client().await?;
            let _stuck = match shape {
                Shape::Unary => return client.unary(Ask::default()).await.map(drop),
                Shape::Upload => return client.upload(endless()).await.map(drop),
                Shape::Download => client.download(Ask::default()).await?.into_inner(),
                Shape::Chat => client.chat(endless()).await?.into_inner(),
            };
            std::future::pending().await
        });
        let ours = ours.await;
        reached(&peer, n + 1, shape).await;
        ends_at_its_deadline(ours).await;
        saw_the_end(&peer, shape).await;
    }
    assert!(
        peer.sent() < 10_000_000,
        "flow control holds: {}",
        peer.sent()
    );
}

/// A peer that allows one call at a time: the second is answered at its deadline,
/// though the transport keeps it until there is room (see the known limits in
/// `DESIGN.md`); nothing is sent of it, and the third finds the connection free.
async fn no_stream_is_free(shape: Shape) {
    let peer = Peer::that(Talk::OneCall).await;
    let via = Via::long_lived(&peer.url()).await;
    let first = Ours::call(LONG, via.clone(), shape).await;
    reached(&peer, 1, shape).await;
    let mut held = Ours::call(SHORT, via.clone(), shape).await;
    let status = held.answers().await.expect("a status");
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status}");
    first.scope().cancel();
    first.ends(&[Code::Cancelled], CloseReason::Cancelled).await;
    assert_eq!(held.scope().ended().await, CloseReason::DeadlineExceeded);
    assert_eq!(settles(|| peer.calls(), 0).await, 0);
    let third = Ours::call(LONG, via, shape).await;
    assert_eq!(settles(|| peer.calls(), 1).await, 1);
    third.hang_up();
    third.ends(&[], CloseReason::OwnerDropped).await;
    assert_eq!(settles(|| peer.calls(), 0).await, 0);
}

/// The limits of a scope hold for its streams whoever reads them.
#[tokio::test]
async fn a_stream_that_is_cut_off_yields_one_error_and_then_nothing() {
    let peer = Peer::start().await;
    let via = Via::long_lived(&peer.url()).await;
    let (sender, stream) = tokio::sync::oneshot::channel();
    let scope = Scope::builder("handed on").timeout(SHORT);
    let run = scope.run(async move {
        let mut client = via.client().await?;
        let answers = client.download(Ask::default()).await?.into_inner();
        assert!(sender.send(answers).is_ok());
        std::future::pending::<Result<(), Status>>().await
    });
    let run = tokio::spawn(run);
    let outcomes: Vec<_> = stream.await.unwrap().collect().await;
    assert_eq!(outcomes.len(), 2);
    assert!(outcomes[0].is_ok());
    let error = outcomes[1].as_ref().unwrap_err();
    assert_eq!(error.code(), Code::DeadlineExceeded);
    assert!(run.await.unwrap().is_err());
}
