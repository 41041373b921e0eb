//! What a snapshot says of each thing.

use std::{future::pending, time::Duration};

use futures::{FutureExt, StreamExt, stream, stream::BoxStream};
use tokio::time::advance;
use tonic::{Status, transport::Endpoint};
use tonic_scope::{
    LimitSource, Phase, Scope, ScopeError,
    monitor::{self, Bond, ScopePhase, Snapshot, What},
    scoped,
};
use tonic_scope_tests::{
    Peer,
    shapes::{Ask, shapes_client::ShapesClient},
};

const SECOND: Duration = Duration::from_secs(1);
const LIMIT: Duration = Duration::from_secs(60);

fn only<'a>(bonds: &'a [Bond], kind: &str) -> &'a Bond {
    let mut found = bonds.iter().filter(|bond| bond.kind() == kind);
    let bond = found.next().unwrap_or_else(|| panic!("no {kind}"));
    assert!(found.next().is_none(), "more than one {kind}");
    bond
}

#[tokio::test]
async fn a_scope_tells_what_it_holds() {
    let _alone = crate::GIVES_UP.lock().await;
    let peer = Peer::start().await;
    let endpoint = Endpoint::from_shared(peer.url()).unwrap();
    let mut lines = [0; 3];
    let run = Scope::builder("holder").timeout(LIMIT).run(async {
        let scope = Scope::current().unwrap();
        lines[0] = line!() + 1;
        let channel = scope.connect(&endpoint).await.unwrap();
        let mut client = ShapesClient::new(channel);
        let _answers = client.download(Ask::default()).await.unwrap();
        lines[1] = line!() + 1;
        scope.spawn(pending::<()>());
        lines[2] = line!() + 1;
        scope.defer(async {})?;
        let within = scope.child("within").no_timeout();
        within
            .run(async { Ok::<_, ScopeError>(monitor::snapshot()) })
            .await
    });
    let snapshot: Snapshot = run.await.unwrap();
    let holder = snapshot.named("holder").next().unwrap();
    let within = snapshot.named("within").next().unwrap();

    assert_eq!((holder.parent, holder.depth), (None, 0));
    assert_eq!((within.parent, within.depth), (Some(holder.id), 1));
    assert_eq!(snapshot.children(holder.id).count(), 1);
    assert!(snapshot.roots().any(|root| root.id == holder.id));
    assert_eq!(holder.phase, ScopePhase::Open);
    let limits = [holder, within].map(|scope| scope.limit.as_ref().unwrap());
    assert!(limits.iter().all(|limit| limit.remaining <= LIMIT));
    assert!(limits.iter().all(|limit| limit.set_by == "holder"));
    assert_eq!(limits[0].source, LimitSource::Timeout);
    assert_eq!(limits[1].source, LimitSource::Parent);

    let mut kinds: Vec<_> = holder.bonds.iter().map(Bond::kind).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["call", "cleanup", "client", "connection", "task"]);
    let line = |kind| only(&holder.bonds, kind).location.line();
    assert_eq!(
        [line("client"), line("task"), line("cleanup")],
        lines,
        "where each was made"
    );
    assert_eq!(line("connection"), lines[0]);
    for kind in ["call", "client", "connection", "task"] {
        let age = only(&holder.bonds, kind).age.unwrap();
        assert!(age <= holder.age, "{kind}: {age:?}");
    }
    match &only(&holder.bonds, "call").what {
        What::Call {
            method,
            peer: goes_to,
            phase,
            remaining,
            ..
        } => {
            assert_eq!(
                method.as_deref(),
                Some("/tonic_scope.tests.Shapes/Download")
            );
            assert_eq!(goes_to.as_deref(), Some(&*peer.url()));
            assert_eq!(*phase, Some(Phase::Streaming));
            assert!(remaining.unwrap() <= LIMIT);
        }
        other => panic!("{other:?}"),
    }
    for kind in ["client", "connection"] {
        let (What::Client { address, .. } | What::Connection { address, .. }) =
            &only(&holder.bonds, kind).what
        else {
            panic!("{kind}");
        };
        assert_eq!(address.as_deref(), Some(&*peer.url()), "{kind}");
    }
    let What::Connection { tasks, .. } = only(&holder.bonds, "connection").what else {
        panic!("no connection");
    };
    assert!(tasks > 1, "{tasks}");
}

/// A list is copied a part at a time.
#[tokio::test]
async fn what_a_scope_holds_is_seen_to_the_last_of_many() {
    let run = Scope::builder("holds many").run(async {
        let scope = Scope::current().unwrap();
        let within: Vec<_> = (0..500)
            .map(|_| {
                scope.spawn(pending::<()>());
                scope
                    .child("one of many")
                    .run(pending::<Result<(), ScopeError>>())
            })
            .collect();
        let snapshot = monitor::snapshot();
        drop(within);
        Ok::<_, ScopeError>(snapshot)
    });
    let snapshot = run.await.unwrap();
    let holder = snapshot.named("holds many").next().unwrap();
    assert_eq!(holder.bonds.len(), 500, "and no scope is among them");
    assert!(holder.bonds.iter().all(|bond| bond.kind() == "task"));
    assert_eq!(snapshot.children(holder.id).count(), 500);
}

#[scoped(timeout = "60s")]
async fn counts_to(n: u32) -> Result<BoxStream<'static, Result<u32, Status>>, Status> {
    Ok(Box::pin(
        stream::iter((0..n).map(Ok)).chain(stream::pending()),
    ))
}

fn stream_of(scope: &'static str) -> (u64, Option<Duration>) {
    let snapshot = monitor::snapshot();
    let scope = snapshot.named(scope).next().unwrap();
    match only(&scope.bonds, "stream").what {
        What::Stream {
            messages,
            since_last,
            ..
        } => (messages, since_last),
        _ => unreachable!(),
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_tells_how_many_messages_it_has_yielded_and_since_when_it_waits() {
    let mut numbers = counts_to(600).await.unwrap();
    assert_eq!(stream_of("counts_to"), (0, None));
    advance(SECOND).await;
    for _ in 0..3 {
        numbers.next().await.unwrap().unwrap();
    }
    assert_eq!(stream_of("counts_to").0, 3);
    // It never waits, and is timed now and then all the same.
    for _ in 3..256 {
        numbers.next().await.unwrap().unwrap();
    }
    advance(SECOND * 5).await;
    assert_eq!(stream_of("counts_to"), (256, Some(SECOND * 5)));
    for _ in 256..600 {
        numbers.next().await.unwrap().unwrap();
    }
    assert!(numbers.next().now_or_never().is_none());
    advance(SECOND * 7).await;
    assert_eq!(stream_of("counts_to"), (600, Some(SECOND * 7)));
}

#[tokio::test(start_paused = true)]
async fn the_table_groups_by_place_the_oldest_first() {
    let of = |name: &'static str| {
        Scope::builder(name).no_timeout().run(async {
            Scope::current().unwrap().spawn(pending::<()>());
            pending::<Result<(), ScopeError>>().await
        })
    };
    let many: Vec<_> = (0..3).map(|_| tokio::spawn(of("tabled"))).collect();
    tokio::task::yield_now().await;
    advance(SECOND * 20).await;
    let one = tokio::spawn(of("tabled later"));
    tokio::task::yield_now().await;
    advance(SECOND * 10).await;

    let table = monitor::snapshot().to_string();
    let lines: Vec<_> = table.lines().collect();
    let at = |name: &str| {
        let is = |line: &&str| line.contains(&format!("  {name}  {}", file!()));
        lines.iter().position(is).expect(name)
    };
    let (first, second) = (at("tabled"), at("tabled later"));
    assert!(first < second, "{table}");
    let row = |line: usize| {
        let words = lines[line].split_whitespace().take(2);
        words.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        [row(first), row(first + 1), row(second), row(second + 1)],
        ["3 30.0s", "3 30.0s", "1 10.0s", "1 10.0s"],
        "{table}"
    );
    assert!(lines[first + 1].contains("    task  "), "{table}");
    many.iter()
        .chain([&one])
        .for_each(tokio::task::JoinHandle::abort);
}
