//! Tasks of a scope: those that listen for its end are given time, those that
//! panic end it, and futures that are brought into it end with it.

use std::{
    future::{pending, poll_fn},
    pin::Pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures::{StreamExt, stream::FuturesUnordered};
use tokio::{
    sync::{mpsc, oneshot},
    task::{JoinSet, yield_now},
    time::{Instant, sleep},
};
use tonic::{Code, Request, Response, Status};
use tonic_scope::{CloseReason, FutureExt as _, Scope, ScopeError, cancelled, scoped, spawn};
use tonic_scope_tests::{settles, tasks_alive};

const SECOND: Duration = Duration::from_secs(1);
const GRACE: Duration = Duration::from_millis(100);

type Result<T = ()> = std::result::Result<T, ScopeError>;

struct SetOnDrop(Arc<AtomicBool>);

impl Drop for SetOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[tokio::test(start_paused = true)]
async fn a_task_that_listens_is_given_time_to_finish() {
    let began = Instant::now();
    let (finished, has_finished) = oneshot::channel();
    let run = Scope::builder("listens").grace(GRACE).run(async {
        spawn(async {
            let reason = cancelled().await;
            sleep(GRACE / 2).await;
            finished.send(reason).unwrap();
        });
        yield_now().await;
        Ok::<_, ScopeError>(())
    });
    run.await.unwrap();
    assert_eq!(has_finished.await, Ok(CloseReason::Completed));
    assert_eq!(
        began.elapsed(),
        GRACE / 2,
        "the scope has waited, and no longer"
    );
}

#[tokio::test(start_paused = true)]
async fn a_task_that_listens_and_does_not_finish_is_aborted_after_the_grace() {
    let began = Instant::now();
    let tasks = tasks_alive();
    let dropped = Arc::new(AtomicBool::new(false));
    let flag = SetOnDrop(Arc::clone(&dropped));
    let run = Scope::builder("stubborn").grace(GRACE).run(async {
        spawn(async {
            let _flag = flag;
            cancelled().await;
            pending::<()>().await;
        });
        yield_now().await;
        Ok::<_, ScopeError>(())
    });
    run.await.unwrap();
    assert!(dropped.load(Ordering::SeqCst));
    assert_eq!(began.elapsed(), GRACE);
    assert_eq!(settles(tasks_alive, tasks).await, tasks);
}

#[tokio::test(start_paused = true)]
async fn a_task_that_has_listened_once_is_given_time_in_whatever_it_is_doing() {
    let (sender, mut work) = mpsc::channel(1);
    let (finished, has_finished) = oneshot::channel();
    let run = Scope::builder("loop").grace(GRACE).run(async {
        spawn(async move {
            let mut done = 0;
            loop {
                tokio::select! {
                    biased;
                    _ = cancelled() => break,
                    Some(()) = work.recv() => {
                        sleep(GRACE / 2).await;
                        done += 1;
                    }
                }
            }
            finished.send(done).unwrap();
        });
        yield_now().await;
        sender.send(()).await.unwrap();
        yield_now().await;
        Ok::<_, ScopeError>(())
    });
    run.await.unwrap();
    assert_eq!(has_finished.await, Ok(1));
}

#[tokio::test(start_paused = true)]
async fn a_task_that_has_not_listened_is_aborted_at_once() {
    let began = Instant::now();
    let run = Scope::builder("deaf").grace(GRACE).run(async {
        // A wait in the body is not the task's, nor is one that is never polled.
        let closed = cancelled();
        spawn(async {
            let _closed = closed;
            pending::<()>().await;
        });
        tokio::select! {
            _ = cancelled() => unreachable!(),
            () = yield_now() => {}
        }
        Ok::<_, ScopeError>(())
    });
    run.await.unwrap();
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn the_end_of_an_outer_scope_counts_as_that_of_its_own() {
    let (finished, has_finished) = oneshot::channel();
    let outer = Scope::builder("outer").grace(GRACE).run(async {
        let outer = Scope::current().unwrap();
        let closed = outer.cancelled();
        let inner = Scope::builder("inner").grace(GRACE).run(async {
            spawn(async {
                closed.await;
                sleep(GRACE / 2).await;
                finished.send(()).unwrap();
            });
            yield_now().await;
            outer.cancel();
            pending::<Result>().await
        });
        inner.await
    });
    let error = outer.await.unwrap_err();
    assert_eq!(error.reason(), Some(CloseReason::Cancelled));
    assert_eq!(has_finished.await, Ok(()));
}

#[tokio::test]
async fn what_a_task_spawns_ends_with_the_scope_too() {
    #[scoped(timeout = "60s", allow(fire_and_forget))]
    async fn grandchildren(ready: oneshot::Sender<()>) -> Result {
        tokio::spawn(async {
            tokio::spawn(async {
                spawn(async {
                    ready.send(()).unwrap();
                    pending::<()>().await;
                });
                pending::<()>().await;
            });
            pending::<()>().await;
        });
        pending().await
    }
    let tasks = tasks_alive();
    let (sender, ready) = oneshot::channel();
    let run = tokio::spawn(grandchildren(sender));
    ready.await.unwrap();
    assert_eq!(tasks_alive(), tasks + 4);
    run.abort();
    assert_eq!(settles(tasks_alive, tasks).await, tasks);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_that_panics_ends_its_scope_with_its_message_and_place() {
    static PLACE: OnceLock<u32> = OnceLock::new();
    #[scoped(timeout = "60s", allow(fire_and_forget))]
    async fn risky(_: Request<()>) -> std::result::Result<Response<()>, Status> {
        let sibling = tokio::spawn(pending::<()>());
        PLACE.set(line!() + 1).unwrap();
        tokio::spawn(async { panic!("number {}", 7) });
        sibling
            .await
            .map_err(|error| Status::unknown(error.to_string()))?;
        Ok(Response::new(()))
    }
    let tasks = tasks_alive();
    let status = risky(Request::new(())).await.unwrap_err();
    assert_eq!(status.code(), Code::Internal, "{status}");
    let said = status.message();
    assert!(said.contains("panicked: number 7"), "{said}");
    let place = format!("{}:{}", file!(), PLACE.get().unwrap());
    assert!(said.contains(&place), "{said}");
    let source = std::error::Error::source(&status).unwrap();
    let error = source.downcast_ref::<ScopeError>().unwrap();
    assert_eq!(error.reason(), Some(CloseReason::Panicked));
    assert_eq!(settles(tasks_alive, tasks).await, tasks);
}

/// Many times, so that threads meet in many ways.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_waits_for_a_task_sees_its_panic_and_its_result_counts() {
    for _ in 0..500 {
        let mut scope = None;
        let run = Scope::builder("awaited").timeout(SECOND * 60).run(async {
            scope = Scope::current();
            let task = spawn(async { std::panic::panic_any(7_u8) });
            let error = task.await.unwrap_err();
            Ok::<_, ScopeError>(error.into_panic().downcast::<u8>().unwrap())
        });
        assert_eq!(*run.await.unwrap(), 7, "as it was raised");
        assert_eq!(scope.unwrap().ended().await, CloseReason::Panicked);
    }
}

/// The one way of the above in which the scope closes between the body's look at its
/// task and the scope's own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_has_just_looked_for_its_task_looks_once_more() {
    let run = Scope::builder("awaited").timeout(SECOND * 60).run(async {
        let (look, looked) = oneshot::channel();
        let mut task = spawn(async move {
            looked.await.unwrap();
            std::panic::panic_any(7_u8)
        });
        let mut look = Some(look);
        let error = poll_fn(|cx| {
            let polled = Future::poll(Pin::new(&mut task), cx);
            if let Some(look) = look.take() {
                assert!(polled.is_pending());
                look.send(()).unwrap();
                while Scope::current().unwrap().close_reason().is_none() {
                    std::thread::yield_now();
                }
            }
            polled
        });
        let error = error.await.unwrap_err();
        Ok::<_, ScopeError>(error.into_panic().downcast::<u8>().unwrap())
    });
    assert_eq!(*run.await.unwrap(), 7);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_that_follows_a_panic_gives_way_to_it() {
    for _ in 0..100 {
        let run = Scope::builder("followed").timeout(SECOND * 60).run(async {
            let task = spawn(async { panic!("first") });
            task.await.map_err(anyhow::Error::from)
        });
        let error = run.await.unwrap_err();
        let error = error.downcast::<ScopeError>().unwrap();
        assert!(error.to_string().contains("panicked: first"), "{error}");
    }
}

#[tokio::test]
async fn a_body_that_goes_on_after_a_panic_of_its_task_is_cut_off() {
    let run = Scope::builder("goes on").timeout(SECOND * 60).run(async {
        let task = spawn(async { panic!("awaited") });
        assert!(task.await.unwrap_err().is_panic());
        pending::<Result>().await
    });
    let error = run.await.unwrap_err();
    assert_eq!(error.reason(), Some(CloseReason::Panicked));
    assert!(error.to_string().contains("panicked: awaited"), "{error}");
}

#[tokio::test]
async fn a_panic_in_a_nested_scope_is_an_error_to_the_one_around() {
    let run = Scope::builder("outer").timeout(SECOND * 60).run(async {
        let inner = Scope::builder("inner").run(async {
            spawn(async { panic!("inside") });
            pending::<Result>().await
        });
        let error = inner.await.unwrap_err();
        assert_eq!(error.scope_name(), "inner");
        Scope::current().unwrap().check()
    });
    run.await.unwrap();
}

#[tokio::test]
async fn a_future_in_a_scope_ends_with_it_whoever_polls_it() {
    let dropped = Arc::new(AtomicBool::new(false));
    let flag = SetOnDrop(Arc::clone(&dropped));
    let unpolled = Arc::new(AtomicBool::new(false));
    let mut set = JoinSet::new();
    let futures = FuturesUnordered::new();
    let run = Scope::builder("home").timeout(SECOND).run(async {
        let scope = Scope::current().unwrap();
        set.spawn(async move { 7 }.in_current_scope());
        set.spawn(
            async move {
                let _flag = flag;
                assert_eq!(Scope::current().unwrap().name(), "home");
                pending::<i32>().await
            }
            .in_current_scope(),
        );
        let held = SetOnDrop(Arc::clone(&unpolled));
        futures.push(
            async move {
                let _held = held;
                pending::<()>().await;
            }
            .in_scope(&scope),
        );
        let finished = set.join_next().await.unwrap().unwrap();
        assert_eq!(finished?, 7);
        assert!(!unpolled.load(Ordering::SeqCst));
        Ok::<_, ScopeError>(())
    });
    run.await.unwrap();
    assert!(dropped.load(Ordering::SeqCst), "in another task");
    assert!(unpolled.load(Ordering::SeqCst), "polled by nobody");
    let ended = set.join_next().await.unwrap().unwrap().unwrap_err();
    assert_eq!(ended.reason(), Some(CloseReason::Completed));
    assert_eq!(ended.scope_name(), "home");
    let ended: Vec<_> = futures.collect().await;
    assert!(ended[0].is_err());
}

#[tokio::test(start_paused = true)]
async fn a_future_in_a_scope_that_listens_is_given_time() {
    let mut set = JoinSet::new();
    let run = Scope::builder("home").grace(GRACE).run(async {
        let finishes = async {
            cancelled().await;
            sleep(GRACE / 2).await;
            "finished"
        };
        set.spawn(finishes.in_current_scope());
        let stubborn = async {
            cancelled().await;
            pending().await
        };
        set.spawn(stubborn.in_current_scope());
        yield_now().await;
        Ok::<_, ScopeError>(())
    });
    run.await.unwrap();
    let mut ended: Vec<_> = set.join_all().await;
    ended.sort_by_key(std::result::Result::is_err);
    assert_eq!(ended[0].as_ref().unwrap(), &"finished");
    assert!(ended[1].is_err());
}

#[tokio::test]
async fn a_future_outside_any_scope_runs_as_it_is() {
    assert_eq!(async { 7 }.in_current_scope().await.unwrap(), 7);
}

#[tokio::test]
async fn a_closed_scope_takes_no_future_and_drops_it() {
    let dropped = Arc::new(AtomicBool::new(false));
    let flag = SetOnDrop(Arc::clone(&dropped));
    let run = Scope::builder("closed").timeout(SECOND).run(async {
        let scope = Scope::current().unwrap();
        scope.cancel();
        let late = async move { drop(flag) }.in_scope(&scope);
        assert!(dropped.load(Ordering::SeqCst));
        late.await
    });
    assert_eq!(
        run.await.unwrap_err().reason(),
        Some(CloseReason::Cancelled)
    );
}

#[tokio::test]
async fn a_panic_in_a_future_ends_the_scope_that_it_is_in() {
    let mut set: JoinSet<Result> = JoinSet::new();
    let run = Scope::builder("home").timeout(SECOND * 60).run(async {
        set.spawn(async { panic!("in a set") }.in_current_scope());
        pending::<Result>().await
    });
    let error = run.await.unwrap_err();
    assert_eq!(error.reason(), Some(CloseReason::Panicked));
    assert!(error.to_string().contains("panicked: in a set"), "{error}");
    assert!(set.join_next().await.unwrap().unwrap_err().is_panic());
}
