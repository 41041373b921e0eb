//! What a scope defers is run by its close, however it closes, while its clients
//! can still be used.

mod clients;
mod runtimes;

use std::{
    future::pending,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::FutureExt;
use tokio::time::{Instant, sleep};
use tonic_scope::{CloseReason, Scope, ScopeError, defer, monitor};
use tonic_scope_tests::{Told, settles, tasks_alive};

const SECOND: Duration = Duration::from_secs(1);
const GRACE: Duration = Duration::from_millis(100);

type Result<T = ()> = std::result::Result<T, ScopeError>;

/// What has happened, in order.
#[derive(Clone, Default)]
struct Events(Arc<Mutex<Vec<&'static str>>>);

impl Events {
    fn note(&self, event: &'static str) {
        self.0.lock().unwrap().push(event);
    }

    fn seen(&self) -> Vec<&'static str> {
        self.0.lock().unwrap().clone()
    }

    /// A cleanup that takes a moment, and says when it is through.
    fn cleanup(&self, event: &'static str) -> impl Future<Output = ()> + Send + use<> {
        let events = self.clone();
        async move {
            sleep(Duration::from_millis(1)).await;
            events.note(event);
        }
    }
}

/// Notes when it is dropped.
struct Noted(Events, &'static str);

impl Drop for Noted {
    fn drop(&mut self) {
        self.0.note(self.1);
    }
}

/// How the body of a scope ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Completed,
    Failed,
    Deadline,
    Cancelled,
    Dropped,
    Panicked,
}

async fn come_to(end: End) -> Result {
    match end {
        End::Completed => Ok(()),
        End::Failed => {
            let never = Scope::builder("never").timeout(Duration::ZERO);
            never.run(pending()).await
        }
        End::Cancelled => {
            Scope::current().unwrap().cancel();
            pending().await
        }
        End::Panicked => panic!("on purpose"),
        End::Deadline | End::Dropped => pending().await,
    }
}

#[tokio::test(start_paused = true)]
async fn cleanups_run_newest_first_however_the_scope_ends() {
    let ends = [
        (End::Completed, CloseReason::Completed),
        (End::Failed, CloseReason::Failed),
        (End::Deadline, CloseReason::DeadlineExceeded),
        (End::Cancelled, CloseReason::Cancelled),
        (End::Dropped, CloseReason::OwnerDropped),
        (End::Panicked, CloseReason::Panicked),
    ];
    for (end, reason) in ends {
        let events = Events::default();
        let mut scope = None;
        let tasks = tasks_alive();
        let mut run = Box::pin(Scope::builder("ends").timeout(SECOND).run(async {
            scope = Scope::current();
            let task = Noted(events.clone(), "task");
            Scope::current().unwrap().spawn(async move {
                let _task = task;
                pending::<()>().await;
            });
            tokio::task::yield_now().await;
            for event in ["third", "second", "first"] {
                defer(events.cleanup(event))?;
            }
            come_to(end).await
        }));
        if end == End::Dropped {
            let polled = tokio::time::timeout(GRACE, run.as_mut()).await;
            assert!(polled.is_err());
        } else {
            let _ = AssertUnwindSafe(run.as_mut()).catch_unwind().await;
        }
        drop(run);
        let scope = scope.unwrap();
        assert_eq!(scope.ended().await, reason, "{end:?}");
        let order = ["task", "first", "second", "third"];
        assert_eq!(events.seen(), order, "{end:?}");
        assert_eq!(settles(tasks_alive, tasks).await, tasks);
    }
}

#[tokio::test(start_paused = true)]
async fn a_scope_returns_when_its_cleanups_are_through() {
    let events = Events::default();
    let run = Scope::builder("waits").timeout(SECOND).run(async {
        defer(events.cleanup("cleaned"))?;
        Ok::<_, ScopeError>(())
    });
    run.await.unwrap();
    assert_eq!(events.seen(), ["cleaned"]);
    assert_eq!(monitor::snapshot().named("waits").count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_cleanup_that_panics_is_reported_and_the_others_run() {
    let (told, _guard) = Told::here();
    let events = Events::default();
    let line = line!() + 3;
    let run = Scope::builder("panics").timeout(SECOND).run(async {
        defer(events.cleanup("older"))?;
        defer(async { panic!("in a cleanup") })?;
        defer(events.cleanup("newer"))?;
        Ok::<_, ScopeError>(())
    });
    run.await.unwrap();
    assert_eq!(events.seen(), ["newer", "older"]);
    let said = told.all().concat();
    assert!(said.contains("panicked: in a cleanup"), "{said}");
    assert!(said.contains(&format!("{}:{line}", file!())), "{said}");
}

#[tokio::test(start_paused = true)]
async fn cleanups_share_one_grace_and_what_overruns_is_dropped_and_reported() {
    let (told, _guard) = Told::here();
    let events = Events::default();
    let began = Instant::now();
    let line = line!() + 5;
    let run = Scope::builder("overruns").grace(GRACE).run(async {
        let overrun = Noted(events.clone(), "dropped");
        let late = Noted(events.clone(), "never began");
        defer(async move { drop(late) })?;
        defer(async move {
            let _overrun = overrun;
            pending::<()>().await;
        })?;
        defer(sleep(GRACE / 2))?;
        Ok::<_, ScopeError>(())
    });
    run.await.unwrap();
    assert_eq!(events.seen(), ["dropped", "never began"]);
    assert_eq!(began.elapsed(), GRACE, "on the paused clock");
    let said = told.all().concat();
    assert!(said.contains("the grace of its scope is over"), "{said}");
    for line in [line, line - 1] {
        assert!(said.contains(&format!("{}:{line}", file!())), "{said}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_cleanup_begins_is_bound_to_it_and_ends_with_it() {
    let events = Events::default();
    let tasks = tasks_alive();
    let noted = Noted(events.clone(), "task of the cleanup");
    let after = events.clone();
    let run = Scope::builder("binds").timeout(SECOND).run(async {
        defer(async move { after.note("older cleanup") })?;
        defer(async move {
            let scope = Scope::current().unwrap();
            assert_eq!(scope.name(), "binds");
            assert!(scope.remaining().unwrap() <= GRACE);
            scope.spawn(async move {
                let _noted = noted;
                pending::<()>().await;
            });
            tokio::task::yield_now().await;
        })?;
        Ok::<_, ScopeError>(())
    });
    run.await.unwrap();
    assert_eq!(events.seen(), ["task of the cleanup", "older cleanup"]);
    assert_eq!(tasks_alive(), tasks);
}

#[tokio::test(start_paused = true)]
async fn a_cleanup_of_a_cleanup_has_the_rest_of_its_time() {
    let events = Events::default();
    let began = Instant::now();
    let inner = Noted(events.clone(), "inner dropped");
    let run = Scope::builder("nested").grace(GRACE).run(async {
        defer(async move {
            defer(async move {
                let _inner = inner;
                pending::<()>().await;
            })
            .unwrap();
            sleep(GRACE / 2).await;
        })?;
        Ok::<_, ScopeError>(())
    });
    run.await.unwrap();
    assert_eq!(events.seen(), ["inner dropped"]);
    assert_eq!(began.elapsed(), GRACE, "on the paused clock");
}

#[tokio::test(start_paused = true)]
async fn an_outer_scope_waits_for_the_cleanups_of_those_within() {
    let events = Events::default();
    let run = Scope::builder("outer")
        .timeout(SECOND)
        .grace(GRACE)
        .run(async {
            defer(events.cleanup("outer"))?;
            Scope::builder("middle")
                .grace(GRACE)
                .run(async {
                    Scope::builder("inner")
                        .grace(SECOND)
                        .run(async {
                            let events = events.clone();
                            defer(async move {
                                // Longer than the graces of those around.
                                sleep(GRACE * 3).await;
                                events.note("inner");
                            })?;
                            pending::<Result>().await
                        })
                        .await
                })
                .await
        });
    let error = run.await.unwrap_err();
    assert_eq!(error.reason(), Some(CloseReason::DeadlineExceeded));
    assert_eq!(events.seen(), ["inner", "outer"]);
}

#[tokio::test]
async fn a_closed_scope_takes_no_cleanup_and_drops_it() {
    let events = Events::default();
    let run = Scope::builder("late").timeout(SECOND).run(async {
        let scope = Scope::current().unwrap();
        scope.cancel();
        let late = Noted(events.clone(), "dropped");
        let refused = scope.defer(async move { drop(late) });
        assert_eq!(events.seen(), ["dropped"]);
        refused
    });
    let error = run.await.unwrap_err();
    assert_eq!(error.reason(), Some(CloseReason::Cancelled));
    assert!(error.to_string().contains("takes nothing more"), "{error}");

    let outside = defer(async {}).unwrap_err();
    assert_eq!(outside.reason(), None);
    assert!(outside.to_string().contains("no scope"), "{outside}");
}
