//! Ends that come from elsewhere, at an inconvenient moment.

use std::time::Duration;

use futures::{StreamExt, stream::FuturesUnordered};
use tokio::sync::oneshot;
use tonic::{Code, Status};
use tonic_scope::{CloseReason, Scope, monitor, scoped};
use tonic_scope_tests::{Peer, Seen, Talk, long_lived, settles, shapes::Ask, tasks_alive};

use crate::{
    harness::{LONG, Ours, Shape, Via, call, endless, reached, saw_the_end},
    plain::black_hole,
};

for_each_shape!(
    runtime_is_shut_down,
    cancelled_while_connecting,
    cancelled_between_headers_and_the_first_message,
    dropped_while_a_limited_call_runs,
    three_deep_closed_from_outside,
    three_deep_closed_from_inside,
);

async fn runtime_is_shut_down(shape: Shape) {
    let peer = Peer::start().await;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let url = peer.url();
    let ours = runtime.spawn(async move {
        let temporary = Via::new(false, &url).await;
        let lasting = Via::new(true, &url).await;
        [
            Ours::call(LONG, temporary, shape).await.scope().clone(),
            Ours::call(LONG, lasting, shape).await.scope().clone(),
        ]
    });
    let scopes = ours.await.unwrap();
    reached(&peer, 2, shape).await;
    runtime.shutdown_background();
    for scope in scopes {
        assert_eq!(scope.ended().await, CloseReason::OwnerDropped);
    }
    saw_the_end(&peer, shape).await;
    assert_eq!(settles(|| peer.connections(), 0).await, 0);
}

async fn cancelled_while_connecting(shape: Shape) {
    let (address, _queue, _listener) = black_hole().await;
    let via = Via::temporary(format!("http://{address}"));
    let ours = Ours::call(LONG, via, shape).await;
    let name = ours.scope().name();
    let connects = || {
        let snapshot = monitor::snapshot();
        let mut bonds = snapshot.named(name).flat_map(|scope| &scope.bonds);
        bonds.any(|bond| bond.kind() == "client")
    };
    assert!(settles(connects, true).await);
    ours.scope().cancel();
    ours.ends(&[Code::Cancelled], CloseReason::Cancelled).await;
}

/// Of a shape without a stream of answers: between headers and the message.
async fn cancelled_between_headers_and_the_first_message(shape: Shape) {
    let peer = Peer::that(Talk::Headers).await;
    for (n, long_lived) in [false, true].into_iter().enumerate() {
        let via = Via::new(long_lived, &peer.url()).await;
        let (headers, are_there) = oneshot::channel();
        let ours = Ours::run(LONG, async move {
            let mut client = via.client().await?;
            let mut answers = match shape {
                Shape::Unary => return client.unary(Ask::default()).await.map(drop),
                Shape::Upload => return client.upload(endless()).await.map(drop),
                Shape::Download => client.download(Ask::default()).await?.into_inner(),
                Shape::Chat => client.chat(endless()).await?.into_inner(),
            };
            headers.send(()).unwrap();
            answers.message().await.map(drop)
        });
        let ours = ours.await;
        reached(&peer, n + 1, shape).await;
        if shape.streams() {
            are_there.await.unwrap();
        }
        ours.scope().cancel();
        ours.ends(&[Code::Cancelled], CloseReason::Cancelled).await;
        saw_the_end(&peer, shape).await;
    }
}

async fn dropped_while_a_limited_call_runs(shape: Shape) {
    #[scoped(timeout = "60s")]
    async fn handler(via: Via, shape: Shape, shows: oneshot::Sender<Scope>) -> Result<(), Status> {
        assert!(shows.send(Scope::current().unwrap()).is_ok());
        let client = via.client().await?;
        #[call(timeout = "30s")]
        call(client, shape).await
    }
    let peer = Peer::start().await;
    for (n, long_lived) in [false, true].into_iter().enumerate() {
        let via = Via::new(long_lived, &peer.url()).await;
        let tasks = tasks_alive();
        let (shows, scope) = oneshot::channel();
        let handler = tokio::spawn(handler(via.clone(), shape, shows));
        reached(&peer, n + 1, shape).await;
        handler.abort();
        assert_eq!(
            scope.await.unwrap().ended().await,
            CloseReason::OwnerDropped
        );
        saw_the_end(&peer, shape).await;
        assert_eq!(settles(tasks_alive, tasks).await, tasks);
    }
    let timeouts = peer.seen().into_iter().filter_map(|seen| match seen {
        Seen::Opened(_, timeout) => timeout,
        _ => None,
    });
    let timeouts: Vec<_> = timeouts.collect();
    assert!(
        timeouts
            .iter()
            .all(|it| ["29", "30S"].iter().any(|began| it.starts_with(began))),
        "{timeouts:?}"
    );
}

/// Three scopes, one in the other, each with a call; returns the scopes, the
/// outermost first.
async fn three_deep(peer: &Peer, via: Via, shape: Shape) -> (Ours, [Scope; 3]) {
    let before = peer.opened();
    let (sender, inner) = oneshot::channel();
    let ours = Ours::run(LONG, async move {
        let (outer, client) = (Scope::current().unwrap(), via.client().await?);
        let _call = outer.spawn(call(client.clone(), shape));
        let middle = outer.child("middle").run(async move {
            let middle = Scope::current().unwrap();
            let _call = middle.spawn(call(client.clone(), shape));
            let inner = middle.child("inner").run(async move {
                let inner = Scope::current().unwrap();
                assert!(sender.send([outer, middle, inner]).is_ok());
                call(client, shape).await
            });
            inner.await
        });
        middle.await
    });
    let ours = ours.await;
    let scopes = inner.await.unwrap();
    assert_eq!(settles(|| peer.opened(), before + 3).await, before + 3);
    let whole = || {
        let seen = peer.seen();
        seen.iter()
            .filter(|it| **it == Seen::UploadComplete)
            .count()
    };
    let uploaded = if shape.uploads() { 0 } else { before + 3 };
    assert_eq!(settles(whole, uploaded).await, uploaded);
    (ours, scopes)
}

async fn three_deep_closed_from_outside(shape: Shape) {
    let peer = Peer::start().await;
    for long_lived in [false, true] {
        let via = Via::new(long_lived, &peer.url()).await;
        let (ours, [outer, middle, inner]) = three_deep(&peer, via, shape).await;
        outer.cancel();
        ours.ends(&[Code::Cancelled], CloseReason::Cancelled).await;
        for scope in [middle, inner] {
            assert_eq!(scope.ended().await, CloseReason::Cancelled);
        }
        saw_the_end(&peer, shape).await;
    }
}

async fn three_deep_closed_from_inside(shape: Shape) {
    let peer = Peer::start().await;
    for long_lived in [false, true] {
        let via = Via::new(long_lived, &peer.url()).await;
        let (ours, [_, middle, inner]) = three_deep(&peer, via, shape).await;
        inner.cancel();
        // To those around it is an error like any other.
        ours.ends(&[Code::Cancelled], CloseReason::Failed).await;
        assert_eq!(inner.ended().await, CloseReason::Cancelled);
        assert_eq!(middle.ended().await, CloseReason::Failed);
        saw_the_end(&peer, shape).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_scopes_with_a_call_each_are_cancelled_at_once() {
    const CONNECTIONS: usize = 100;
    const SCOPES: usize = 10_000;
    let peer = Peer::start().await;
    let mut clients = Vec::new();
    for _ in 0..CONNECTIONS {
        clients.push(long_lived(peer.url()).await);
    }
    let tasks = tasks_alive();
    let (sender, root) = oneshot::channel();
    let run = Scope::builder("many").timeout(Duration::from_secs(600));
    let run = tokio::spawn(run.run(async {
        assert!(sender.send(Scope::current().unwrap()).is_ok());
        std::future::pending::<Result<(), Status>>().await
    }));
    let root = root.await.unwrap();
    let runs: FuturesUnordered<_> = (0..SCOPES)
        .map(|n| {
            let client = clients[n % CONNECTIONS].clone();
            let one = root.child("one of many");
            tokio::spawn(one.run(call(client, Shape::Download)))
        })
        .collect();
    while settles(|| peer.calls(), SCOPES).await < SCOPES {}
    root.cancel();
    let codes: Vec<_> = runs
        .map(|run| run.unwrap().map_err(|status| status.code()))
        .collect()
        .await;
    assert!(codes.iter().all(|code| *code == Err(Code::Cancelled)));
    assert!(run.await.unwrap().is_err());
    assert_eq!(settles(|| peer.calls(), 0).await, 0);
    assert_eq!(settles(tasks_alive, tasks).await, tasks);
    let left = || monitor::snapshot().named("one of many").count();
    assert_eq!(settles(left, 0).await, 0);
}
