//! Thresholds that are watched.

use std::{future::pending, time::Duration};

use tokio::{
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    task::JoinHandle,
    time::{Instant, timeout},
};
use tonic_scope::{
    Scope, ScopeError,
    monitor::thresholds::{Amount, Measure, Thresholds, ThresholdsBuilder},
};
use tonic_scope_tests::Told;

const SECOND: Duration = Duration::from_secs(1);

/// Few tasks in the scopes of a name.
fn few_tasks(scope: &str) -> ThresholdsBuilder {
    Thresholds::builder()
        .between_in(scope, Measure::Tasks, 1, 3)
        .every(SECOND)
}

/// Only keeps a broken test from hanging.
async fn next<T>(told: &mut UnboundedReceiver<T>) -> Option<T> {
    let told = timeout(SECOND * 60, told.recv()).await;
    told.expect("within a minute of the paused clock")
}

#[tokio::test(start_paused = true)]
async fn a_crossing_and_its_recovery_are_told_once_each() {
    let (events, _guard) = Told::here();
    let (tell, mut told) = unbounded_channel();
    let watch = few_tasks("watched")
        .build()
        .unwrap()
        .watch(move |crossing| {
            let _ = tell.send((crossing.raised, crossing.value));
        });
    let watch = watch.unwrap();
    let run = Scope::builder("watched").no_timeout().run(async {
        let scope = Scope::current().unwrap();
        let tasks: Vec<_> = (0..4).map(|_| scope.spawn(pending::<()>())).collect();
        assert_eq!(next(&mut told).await, Some((true, Amount::Count(4))));
        tasks[0].abort();
        tokio::time::sleep(SECOND * 5).await;
        assert!(told.is_empty(), "it is between the levels");
        tasks[1..3].iter().for_each(JoinHandle::abort);
        let began = Instant::now();
        assert_eq!(next(&mut told).await, Some((false, Amount::Count(1))));
        assert!(began.elapsed() <= SECOND, "on the paused clock");
        Ok::<_, ScopeError>(())
    });
    run.await.unwrap();
    assert_eq!(events.with("a threshold was crossed").len(), 1);
    assert_eq!(events.with("has recovered").len(), 1);

    drop(watch);
    assert_eq!(next(&mut told).await, None, "nobody watches any more");
}

#[tokio::test(start_paused = true)]
async fn a_callback_that_panics_does_not_end_the_watch() {
    let (tell, mut told) = unbounded_channel();
    let watch = few_tasks("panics").build().unwrap().watch(move |crossing| {
        let _ = tell.send(crossing.raised);
        assert!(!crossing.raised, "the callback's panic");
    });
    let _watch = watch.unwrap();
    let run = Scope::builder("panics").no_timeout().run(async {
        let scope = Scope::current().unwrap();
        let tasks: Vec<_> = (0..4).map(|_| scope.spawn(pending::<()>())).collect();
        assert_eq!(next(&mut told).await, Some(true));
        tasks.iter().for_each(JoinHandle::abort);
        assert_eq!(next(&mut told).await, Some(false));
        Ok::<_, ScopeError>(())
    });
    run.await.unwrap();
}

#[test]
fn without_a_runtime_there_is_no_watch() {
    let refused = few_tasks("nowhere").build().unwrap().watch(|_| {});
    assert!(refused.unwrap_err().to_string().contains("runtime"));
}
