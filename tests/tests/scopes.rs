//! Scopes by themselves: how they close, what that does to tasks, and what
//! happens where there is no runtime.

use std::{
    future::{pending, ready},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};

use futures::FutureExt;
use tokio::{sync::oneshot, task::JoinHandle};
use tonic_scope::{CloseReason, FutureExt as _, Scope, ScopeError, detach, monitor};
use tonic_scope_tests::{Told, settles, tasks_alive};

const SECOND: Duration = Duration::from_secs(1);

type Result<T = ()> = std::result::Result<T, ScopeError>;

/// Runs a body that shows its scope and then does as it is told.
fn close_reason<F: Future<Output = Result>>(then: impl FnOnce(Scope) -> F) -> CloseReason {
    let mut scope = None;
    let run = Scope::builder("reason").timeout(SECOND).run(async {
        let current = Scope::current().unwrap();
        scope = Some(current.clone());
        then(current).await
    });
    let _ = AssertUnwindSafe(run).catch_unwind().now_or_never();
    scope.unwrap().close_reason().unwrap()
}

#[tokio::test]
async fn a_scope_closes_for_the_reason_for_which_its_owner_ended() {
    assert_eq!(close_reason(|_| ready(Ok(()))), CloseReason::Completed);
    assert_eq!(
        close_reason(|scope| async move {
            scope.cancel();
            scope.check()
        }),
        CloseReason::Cancelled
    );
    assert_eq!(close_reason(|_| pending()), CloseReason::OwnerDropped);
    assert_eq!(
        close_reason(|_| async { panic!("on purpose") }),
        CloseReason::Panicked
    );
    let failed = close_reason(|scope| async move {
        let error = scope.child("inner").run(async {
            Scope::current().unwrap().cancel();
            pending::<Result>().await
        });
        let error = error.await.unwrap_err();
        assert_eq!(error.scope_name(), "inner");
        Err(error)
    });
    assert_eq!(failed, CloseReason::Failed);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_ready_at_its_deadline_wins() {
    let run = Scope::builder("draw").timeout(SECOND).run(async {
        tokio::time::sleep(SECOND).await;
        Ok::<_, ScopeError>("made it")
    });
    assert_eq!(run.await.unwrap(), "made it");
}

#[tokio::test(start_paused = true)]
async fn a_deadline_of_the_outermost_closes_all_within_and_names_itself() {
    let run = Scope::builder("outer").timeout(SECOND).run(async {
        Scope::builder("middle")
            .run(async {
                let inner = Scope::builder("inner")
                    .timeout(SECOND * 5)
                    .run(pending::<Result>());
                inner.await
            })
            .await
    });
    let error = run.await.unwrap_err();
    assert_eq!(error.reason(), Some(CloseReason::DeadlineExceeded));
    assert!(error.to_string().contains("1.0s"), "{error}");
    assert!(error.to_string().contains(file!()), "{error}");
}

#[tokio::test]
async fn a_task_is_gone_before_its_scope_returns() {
    let tasks = tasks_alive();
    let dropped = Arc::new(AtomicBool::new(false));
    let flag = SetOnDrop(Arc::clone(&dropped));
    let run = Scope::builder("tasks").timeout(SECOND).run(async {
        let scope = Scope::current().unwrap();
        scope.spawn(async move {
            let _flag = flag;
            // A task's own children are bound as well.
            Scope::current().unwrap().spawn(pending::<()>());
            pending::<()>().await;
        });
        tokio::task::yield_now().await;
        assert_eq!(tasks_alive(), tasks + 2);
        Ok::<_, ScopeError>(())
    });
    run.await.unwrap();
    assert!(dropped.load(Ordering::SeqCst));
    assert_eq!(tasks_alive(), tasks);
}

#[tokio::test]
async fn a_task_of_a_closed_scope_never_runs() {
    let run = Scope::builder("late").timeout(SECOND).run(async {
        let scope = Scope::current().unwrap();
        scope.cancel();
        Ok::<_, ScopeError>(scope.spawn(async { unreachable!() }))
    });
    assert!(run.await.unwrap().await.unwrap_err().is_cancelled());
}

#[tokio::test(start_paused = true)]
async fn detached_work_outlives_its_scope_within_its_own_limit() {
    let (sender, receiver) = oneshot::channel();
    let run = Scope::builder("short").timeout(SECOND).run(async {
        Ok::<_, ScopeError>(detach("long", SECOND * 10, async move {
            assert_eq!(Scope::current().unwrap().name(), "long");
            tokio::time::sleep(SECOND * 5).await;
            sender.send(Scope::current().unwrap()).unwrap();
            pending::<()>().await;
        }))
    });
    let handle = run.await.unwrap();
    let scope = receiver.await.unwrap();
    assert_eq!(scope.close_reason(), None);
    let error = handle.await.unwrap().unwrap_err();
    assert_eq!(error.reason(), Some(CloseReason::DeadlineExceeded));
    assert_eq!(error.scope_name(), "long");
}

#[tokio::test]
async fn a_body_is_dropped_in_its_scope_which_takes_nothing_more() {
    struct Probe(Arc<Mutex<Option<(&'static str, bool)>>>);
    impl Drop for Probe {
        fn drop(&mut self) {
            let scope = Scope::current().unwrap();
            *self.0.lock().unwrap() = Some((scope.name(), scope.check().is_err()));
        }
    }
    let seen = Arc::new(Mutex::new(None));
    let probe = Probe(Arc::clone(&seen));
    let mut run = Box::pin(Scope::builder("dropped").timeout(SECOND).run(async move {
        let _probe = probe;
        pending::<Result>().await
    }));
    assert!(run.as_mut().now_or_never().is_none());
    drop(run);
    assert_eq!(*seen.lock().unwrap(), Some(("dropped", true)));
}

/// Ready at once, and still there: an `async` block would have dropped its value.
struct Keeping<T>(T);

impl<T> Future for Keeping<T> {
    type Output = Result;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn what_a_body_that_is_through_still_holds_is_dropped_in_its_scope_as_locals_are() {
    struct Probe(Option<oneshot::Sender<(Scope, JoinHandle<()>)>>);
    impl Drop for Probe {
        fn drop(&mut self) {
            let scope = Scope::current().unwrap();
            assert!(scope.check().is_ok());
            let bound = scope.spawn(pending::<()>());
            self.0.take().unwrap().send((scope, bound)).unwrap();
        }
    }
    let (sender, seen) = oneshot::channel();
    let body = Keeping(Probe(Some(sender)));
    let run = Scope::builder("keeping").timeout(SECOND).run(body);
    run.await.unwrap();
    let (scope, bound) = seen.await.unwrap();
    assert_eq!(scope.name(), "keeping");
    assert_eq!(scope.ended().await, CloseReason::Completed);
    assert!(bound.await.unwrap_err().is_cancelled());
}

#[tokio::test]
async fn a_panic_in_what_a_body_that_is_through_still_holds_is_its_panic() {
    struct Bomb(Arc<Mutex<Option<Scope>>>);
    impl Drop for Bomb {
        fn drop(&mut self) {
            *self.0.lock().unwrap() = Scope::current();
            panic!("dropped");
        }
    }
    let seen = Arc::default();
    let body = Keeping(Bomb(Arc::clone(&seen)));
    let run = Scope::builder("bomb").timeout(SECOND).run(body);
    assert!(AssertUnwindSafe(run).catch_unwind().await.is_err());
    let scope = seen.lock().unwrap_or_else(PoisonError::into_inner).take();
    assert_eq!(scope.unwrap().close_reason(), Some(CloseReason::Panicked));
}

#[tokio::test]
async fn a_body_is_dropped_in_its_scope_even_if_the_close_panics() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }
    struct Probe(Arc<Mutex<Option<Scope>>>);
    impl Drop for Probe {
        fn drop(&mut self) {
            *self.0.lock().unwrap() = Scope::current();
        }
    }
    let seen = Arc::default();
    let probe = Probe(Arc::clone(&seen));
    let (sender, mut elsewhere) = oneshot::channel();
    let mut run = Box::pin(Scope::builder("panics").timeout(SECOND).run(async move {
        let _probe = probe;
        let bomb = Bomb;
        let bound = async move {
            let _bomb = bomb;
            pending::<()>().await;
        };
        assert!(sender.send(bound.in_current_scope()).is_ok());
        pending::<Result>().await
    }));
    assert!(run.as_mut().now_or_never().is_none());
    let _kept = elsewhere.try_recv().unwrap();
    assert!(catch_unwind(AssertUnwindSafe(|| drop(run))).is_err());
    let scope = seen.lock().unwrap().take().unwrap();
    assert_eq!(scope.name(), "panics");
    assert!(scope.check().is_err());
    assert_eq!(Scope::current().map(|scope| scope.name()), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_that_blocks_is_reported_and_stays_in_the_snapshot_while_it_lives() {
    let (told, _guard) = Told::here();
    let (release, blocked) = std::sync::mpsc::channel::<()>();
    let (started, running) = oneshot::channel();
    let scope = Scope::builder("blocker")
        .timeout(SECOND * 60)
        .grace(Duration::from_millis(10));
    let line = line!() + 2;
    let run = scope.run(async {
        Scope::current().unwrap().spawn(async move {
            started.send(()).unwrap();
            blocked.recv().unwrap();
        });
        running.await.unwrap();
        Ok::<_, ScopeError>(Scope::current().unwrap())
    });
    let scope = run.await.unwrap();

    let snapshot = monitor::snapshot();
    let held = snapshot.named("blocker").next().unwrap();
    assert_eq!(held.close_reason, Some(CloseReason::Completed));
    assert_eq!(held.bonds.len(), 1);
    assert_eq!(held.bonds[0].kind(), "task");
    assert_eq!(
        (held.bonds[0].location.file(), held.bonds[0].location.line()),
        (file!(), line)
    );
    let said = told.all().concat();
    assert!(
        said.contains("a closed scope still holds something"),
        "{said}"
    );
    assert!(said.contains(&format!("{}:{line}", file!())), "{said}");

    release.send(()).unwrap();
    assert_eq!(scope.ended().await, CloseReason::Completed);
    assert_eq!(monitor::snapshot().named("blocker").count(), 0);
}

#[test]
fn a_scope_works_without_a_runtime() {
    let run = Scope::builder("bare").timeout(SECOND).run(async {
        Scope::builder("child")
            .run(ready(Ok::<_, ScopeError>(7)))
            .await
    });
    assert_eq!(futures::executor::block_on(run).unwrap(), 7);

    // There is no timer, and the deadline is seen by the next poll.
    let mut late = pin!(
        Scope::builder("late")
            .timeout(Duration::from_millis(1))
            .run(pending::<Result>())
    );
    let mut cx = Context::from_waker(Waker::noop());
    while late.as_mut().poll(&mut cx).is_pending() {}
    assert!(
        monitor::snapshot()
            .scopes
            .iter()
            .all(|scope| !matches!(scope.name, "bare" | "late"))
    );
}

#[test]
fn a_runtime_that_is_shut_down_takes_its_scopes_along() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (sender, receiver) = std::sync::mpsc::channel();
    runtime.spawn(
        Scope::builder("abandoned")
            .timeout(SECOND * 60)
            .run(async move {
                let scope = Scope::current().unwrap();
                scope.spawn(pending::<()>());
                scope.spawn(async {
                    Scope::builder("abandoned child")
                        .run(pending::<Result>())
                        .await
                });
                sender.send(scope).unwrap();
                pending::<Result>().await
            }),
    );
    let scope = receiver.recv().unwrap();
    drop(runtime);
    assert_eq!(scope.close_reason(), Some(CloseReason::OwnerDropped));
    assert!(
        monitor::snapshot()
            .scopes
            .iter()
            .all(|scope| !scope.name.starts_with("abandoned"))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_scopes_are_cancelled_at_once() {
    let tasks = tasks_alive();
    let root = Scope::builder("ten thousand")
        .timeout(SECOND * 60)
        .run(async {
            let root = Scope::current().unwrap();
            for _ in 0..10_000 {
                let child = root.child("one of them").run(async {
                    Scope::current().unwrap().spawn(pending::<()>());
                    pending::<Result>().await
                });
                root.spawn(child);
            }
            root.cancel();
            pending::<Result>().await
        });
    assert_eq!(
        root.await.unwrap_err().reason(),
        Some(CloseReason::Cancelled)
    );
    let left = || monitor::snapshot().named("one of them").count();
    assert_eq!(settles(left, 0).await, 0);
    assert_eq!(settles(tasks_alive, tasks).await, tasks);
}

struct SetOnDrop(Arc<AtomicBool>);

impl Drop for SetOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}
