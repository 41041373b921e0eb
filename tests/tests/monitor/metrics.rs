//! What is recorded is what there is.

use std::{convert::Infallible, future::pending, time::Duration};

use futures::{StreamExt, stream, stream::BoxStream};
use metrics::{Unit, with_local_recorder};
use metrics_util::{
    MetricKind as Kind,
    debugging::{DebugValue, DebuggingRecorder},
};
use tokio::{
    sync::Mutex,
    time::{advance, sleep},
};
use tonic::{Code, Status, body::Body, transport::Endpoint};
use tonic_scope::{
    Scope, ScopeError, Scoped,
    monitor::{
        metrics::{METRICS, MetricKind, record},
        totals,
    },
    scoped,
};
use tonic_scope_tests::{
    Peer,
    shapes::{Ask, shapes_client::ShapesClient},
};
use tower::service_fn;

/// A call is handed on once, to whoever records next.
static ALONE: Mutex<()> = Mutex::const_new(());

/// One value.
pub(crate) struct Recorded {
    name: String,
    labels: Vec<(String, String)>,
    kind: Kind,
    unit: Option<Unit>,
    value: DebugValue,
}

pub(crate) fn recorded() -> Vec<Recorded> {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    with_local_recorder(&recorder, record);
    let all = snapshotter.snapshot().into_vec().into_iter();
    let one = all.map(|(key, unit, _, value)| Recorded {
        name: key.key().name().to_owned(),
        labels: (key.key().labels())
            .map(|label| (label.key().to_owned(), label.value().to_owned()))
            .collect(),
        kind: key.kind(),
        unit,
        value,
    });
    one.collect()
}

/// The value of a metric with a label that nothing else has.
pub(crate) fn of<'a>(all: &'a [Recorded], name: &str, label: &str) -> &'a DebugValue {
    let has = |it: &&Recorded| it.labels.iter().any(|(_, value)| value == label);
    let mut found = all.iter().filter(|it| it.name == name).filter(has);
    let only = found
        .next()
        .unwrap_or_else(|| panic!("no {name} of {label}"));
    assert!(found.next().is_none(), "{name} of {label}: more than one");
    &only.value
}

#[tokio::test]
async fn each_metric_is_recorded_as_the_table_says() {
    let _alone = ALONE.lock().await;
    // There has to be a scope and a call.
    call_that_takes(Duration::ZERO).await;
    let run = Scope::builder("table").run(async { Ok::<_, ScopeError>(recorded()) });
    let recorded = run.await.unwrap();
    for metric in METRICS {
        let (kind, unit) = match metric.kind {
            MetricKind::Counter => (Kind::Counter, Unit::Count),
            MetricKind::Gauge if metric.unit == "s" => (Kind::Gauge, Unit::Seconds),
            MetricKind::Gauge => (Kind::Gauge, Unit::Count),
            _ => (Kind::Histogram, Unit::Seconds),
        };
        let mut of_it = recorded
            .iter()
            .filter(|it| it.name == metric.name)
            .peekable();
        assert!(of_it.peek().is_some(), "{metric:?}");
        for it in of_it {
            assert_eq!((it.kind, it.unit), (kind, Some(unit)), "{metric:?}");
            let labels = it.labels.iter().map(|(label, _)| label.as_str());
            assert!(labels.eq(metric.labels.iter().copied()), "{metric:?}");
        }
    }
    let documented = |it: &&Recorded| METRICS.iter().any(|metric| metric.name == it.name);
    assert_eq!(recorded.iter().filter(documented).count(), recorded.len());
}

#[tokio::test]
async fn counters_are_the_totals() {
    let _alone = ALONE.lock().await;
    let before = totals();
    let recorded = recorded();
    let after = totals();
    let lies = |name: &str, label: Option<&str>, before: u64, after: u64| {
        let value = match label {
            Some(label) => of(&recorded, name, label),
            None => &recorded.iter().find(|it| it.name == name).unwrap().value,
        };
        let DebugValue::Counter(count) = *value else {
            panic!("{name}: {value:?}");
        };
        assert!(
            (before..=after).contains(&count),
            "{name} {label:?}: {count}"
        );
    };
    lies(
        "tonic_scope.scopes.opened",
        None,
        before.opened,
        after.opened,
    );
    lies(
        "tonic_scope.scopes.overdue",
        None,
        before.overdue,
        after.overdue,
    );
    lies("tonic_scope.late", None, before.late, after.late);
    let unscoped = (before.unscoped_calls, after.unscoped_calls);
    lies("tonic_scope.calls.unscoped", None, unscoped.0, unscoped.1);
    for ((reason, before), (_, after)) in before.closed.iter().zip(after.closed.iter()) {
        lies(
            "tonic_scope.scopes.closed",
            Some(reason.as_str()),
            before,
            after,
        );
    }
    for (code, name) in [(Code::Ok, "OK"), (Code::DataLoss, "DATA_LOSS")] {
        let (before, after) = (before.calls.of(code), after.calls.of(code));
        lies("tonic_scope.calls", Some(name), before, after);
    }
}

#[scoped(timeout = "60s")]
async fn recorded_stream() -> Result<BoxStream<'static, Result<u32, Status>>, Status> {
    Ok(stream::pending().boxed())
}

const OF_A_SCOPE: [&str; 5] = [
    "tonic_scope.scopes.live",
    "tonic_scope.tasks.live",
    "tonic_scope.clients.live",
    "tonic_scope.connections.live",
    "tonic_scope.calls.live",
];

#[tokio::test]
async fn gauges_are_what_lives_by_scope_and_zero_when_it_is_gone() {
    let _alone = ALONE.lock().await;
    let _gives_up = crate::GIVES_UP.lock().await;
    let peer = Peer::start().await;
    let endpoint = Endpoint::from_shared(peer.url()).unwrap();
    let one = Scope::builder("recorded").run(async {
        let scope = Scope::current().unwrap();
        let mut client = ShapesClient::new(scope.connect(&endpoint).await.unwrap());
        let _answers = client.download(Ask::default()).await.unwrap();
        for _ in 0..2 {
            scope.spawn(pending::<()>());
        }
        let _stream = recorded_stream().await.unwrap();
        Ok::<_, ScopeError>(recorded())
    });
    let during = one.await.unwrap();
    let gauge = |value: f64| DebugValue::Gauge(value.into());
    for (name, count) in OF_A_SCOPE.into_iter().zip([1.0, 2.0, 1.0, 1.0, 1.0]) {
        assert_eq!(*of(&during, name, "recorded"), gauge(count), "{name}");
    }
    let streams = "tonic_scope.streams.live";
    assert_eq!(*of(&during, streams, "recorded_stream"), gauge(1.0));
    assert_eq!(*of(&during, streams, "recorded"), gauge(0.0));

    let after = recorded();
    for name in OF_A_SCOPE {
        assert_eq!(*of(&after, name, "recorded"), gauge(0.0), "{name}");
    }
    assert_eq!(*of(&after, streams, "recorded_stream"), gauge(0.0));
}

/// In a scope; it ends with `DATA_LOSS`, as no other does here.
async fn call_that_takes(time: Duration) {
    let mut client = ShapesClient::new(Scoped::new(service_fn(move |_| async move {
        sleep(time).await;
        Ok::<_, Infallible>(Status::data_loss("as asked").into_http::<Body>())
    })));
    let run = Scope::builder("calls").run(async move {
        let status = client.unary(Ask::default()).await.unwrap_err();
        assert_eq!(status.code(), Code::DataLoss);
        Ok::<_, ScopeError>(())
    });
    run.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn durations_and_ages_are_in_seconds() {
    let _alone = ALONE.lock().await;
    drop(recorded());
    call_that_takes(Duration::from_millis(300)).await;
    let run = Scope::builder("aged").no_timeout().run(async {
        advance(Duration::from_secs(5)).await;
        Ok::<_, ScopeError>(recorded())
    });
    let recorded = run.await.unwrap();
    let took = DebugValue::Histogram(vec![0.3.into()]);
    assert_eq!(
        *of(&recorded, "rpc.client.call.duration", "DATA_LOSS"),
        took
    );
    let age = DebugValue::Gauge(5.0.into());
    assert_eq!(*of(&recorded, "tonic_scope.scopes.oldest", "aged"), age);
}
