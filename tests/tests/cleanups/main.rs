//! What a scope defers is run by its close, however it closes, while its clients
//! can still be used.

mod log;

use std::{
    future::pending,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex},
    time::Duration,
};

use futures::FutureExt;
use tokio::{
    sync::oneshot,
    time::{Instant, sleep},
};
use tonic::{
    Status,
    transport::{Channel, Endpoint},
};
use tonic_scope::{CloseReason, Scope, ScopeError, Scoped, defer, monitor};
use tonic_scope_tests::{
    Peer, Seen, channel, settles,
    shapes::{Ask, shapes_client::ShapesClient},
    tasks_alive,
};

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
    let (log, _guard) = log::capture();
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
    let said = log.text();
    assert!(said.contains("panicked: in a cleanup"), "{said}");
    assert!(said.contains(&format!("{}:{line}", file!())), "{said}");
}

#[tokio::test(start_paused = true)]
async fn cleanups_share_one_grace_and_what_overruns_is_dropped_and_reported() {
    let (log, _guard) = log::capture();
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
    let said = log.text();
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

/// A client whose connection belongs to the current scope.
async fn temporary(url: &str) -> std::result::Result<ShapesClient<Scoped<Channel>>, Status> {
    let endpoint = Endpoint::from_shared(url.to_owned()).unwrap();
    let scope = Scope::current().unwrap();
    Ok(ShapesClient::new(scope.connect(&endpoint).await?))
}

/// A cleanup calls over a client of its scope, one of the scope around it, and a
/// long-lived one.
async fn cleanup_calls(end: End) {
    let peer = Peer::start().await;
    let url = peer.url();
    let long_lived = ShapesClient::new(Scoped::new(channel(url.clone()).await));
    let (answer, answered) = oneshot::channel();
    let mut scope = None;
    let run = Scope::builder("outer").timeout(SECOND * 60).run(async {
        let outer = temporary(&url).await?;
        let inner = Scope::builder("calls").timeout(GRACE * 3).run(async {
            scope = Scope::current();
            let mut clients = [temporary(&url).await?, outer, long_lived];
            defer(async move {
                for client in &mut clients {
                    let mut stream = client.download(Ask::default()).await.unwrap().into_inner();
                    assert!(stream.message().await.unwrap().is_some());
                }
                answer.send(()).unwrap();
                // Never answered, and cut off with the cleanup.
                let _ = clients[0].unary(Ask::default()).await;
            })?;
            come_to(end).await.map_err(Status::from)
        });
        inner.await
    });
    let mut run = Box::pin(run);
    if end == End::Dropped {
        let polled = tokio::time::timeout(GRACE * 2, run.as_mut()).await;
        assert!(polled.is_err());
    } else {
        let _ = run.as_mut().await;
    }
    drop(run);
    answered.await.unwrap();
    scope.unwrap().ended().await;
    // The budget is the deadline of what a cleanup calls.
    let opened = peer.seen().into_iter().filter_map(|seen| match seen {
        Seen::Opened(_, timeout) => Some(timeout),
        _ => None,
    });
    let timeouts: Vec<_> = opened.map(Option::unwrap).collect();
    assert_eq!(timeouts.len(), 4, "{end:?}");
    let within_grace = |timeout: &String| match timeout.split_at(timeout.len() - 1) {
        (millis, "m") => millis.parse::<u128>().unwrap() <= GRACE.as_millis(),
        (_, unit) => unit == "u" || unit == "n",
    };
    assert!(timeouts.iter().all(within_grace), "{end:?}: {timeouts:?}");
    assert_eq!(settles(|| peer.connections(), 0).await, 0, "{end:?}");
    assert_eq!(settles(|| peer.calls(), 0).await, 0, "{end:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cleanups_can_use_the_clients_of_their_scope_and_of_those_around_it() {
    for end in [End::Completed, End::Deadline, End::Cancelled, End::Dropped] {
        cleanup_calls(end).await;
    }
}

#[test]
fn without_a_runtime_cleanups_are_dropped_and_reported() {
    let (log, _guard) = log::capture();
    let events = Events::default();
    let line = line!() + 3;
    let run = Scope::builder("bare").timeout(SECOND).run(async {
        let cleanup = Noted(events.clone(), "dropped");
        defer(async move { drop(cleanup) })?;
        Ok::<_, ScopeError>(())
    });
    futures::executor::block_on(run).unwrap();
    assert_eq!(events.seen(), ["dropped"]);
    let said = log.text();
    assert!(said.contains("no runtime"), "{said}");
    assert!(said.contains(&format!("{}:{line}", file!())), "{said}");
    assert_eq!(monitor::snapshot().named("bare").count(), 0);
}

#[test]
fn a_runtime_that_shuts_down_drops_cleanups_and_reports_them() {
    let (log, _guard) = log::capture();
    let events = Events::default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let body = {
        let (waits, running) = (events.clone(), events.clone());
        async move {
            let never_began = Noted(waits, "never began");
            defer(async move { drop(never_began) })?;
            let running = Noted(running, "dropped while it ran");
            defer(async move {
                let _running = running;
                pending::<()>().await;
            })?;
            Ok::<_, ScopeError>(())
        }
    };
    let closing = Scope::builder("shut down").grace(SECOND * 60).run(body);
    runtime.block_on(async {
        tokio::spawn(closing);
        let cleans = || monitor::snapshot().named("shut down").count();
        assert_eq!(settles(cleans, 2).await, 2, "the scope, and its cleanup's");
    });
    drop(runtime);
    assert_eq!(events.seen(), ["dropped while it ran", "never began"]);
    assert!(log.text().contains("no runtime"), "{}", log.text());
    assert_eq!(monitor::snapshot().named("shut down").count(), 0);
}

#[tokio::test]
async fn a_scope_that_is_dropped_on_another_thread_cleans_up_on_its_runtime() {
    let events = Events::default();
    let mut scope = None;
    let body = async {
        scope = Scope::current();
        defer(events.cleanup("cleaned"))?;
        pending::<Result>().await
    };
    let mut run = Box::pin(Scope::builder("elsewhere").timeout(SECOND).run(body));
    assert!(run.as_mut().now_or_never().is_none());
    std::thread::scope(|threads| {
        threads.spawn(move || drop(run));
    });
    assert_eq!(scope.unwrap().ended().await, CloseReason::OwnerDropped);
    assert_eq!(events.seen(), ["cleaned"]);
}
