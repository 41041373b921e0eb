//! Owners that are dropped where it is least convenient: never a panic, never a
//! deadlock, and nothing left once the runtime has run.

use std::{
    cell::RefCell,
    future::pending,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::FutureExt as _;
use tokio::{
    runtime::{Builder, Handle},
    sync::oneshot,
};
use tonic_scope::{
    CloseReason, FutureExt as _, Scope, ScopeError, cancelled, defer, monitor, spawn,
};
use tonic_scope_tests::{settles, tasks_alive};

const MINUTE: Duration = Duration::from_secs(60);

type Result<T = ()> = std::result::Result<T, ScopeError>;
type Run = Pin<Box<dyn Future<Output = Result> + Send>>;

/// A scope with one of everything that a close has to end: a deaf task, one that
/// listens, a future in the hands of somebody else, a child scope, a cleanup.
fn full(name: &'static str, cleaned: &Arc<AtomicUsize>) -> Run {
    let cleaned = Arc::clone(cleaned);
    Box::pin(Scope::builder(name).timeout(MINUTE).run(async move {
        spawn(pending::<()>());
        spawn(async {
            cancelled().await;
        });
        Handle::current().spawn(pending::<()>().in_current_scope());
        spawn(Scope::builder(name).run(pending::<Result>()));
        defer(async move {
            cleaned.fetch_add(1, Ordering::SeqCst);
        })?;
        pending().await
    }))
}

/// Polls it once, and lets its tasks begin.
async fn begun(mut run: Run) -> Run {
    assert!(run.as_mut().now_or_never().is_none());
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    run
}

fn live(name: &str) -> usize {
    monitor::snapshot().named(name).count()
}

/// The runtime has run: nothing is left of the scopes of that name.
async fn nothing_is_left(name: &str, tasks: usize) {
    assert_eq!(settles(|| live(name), 0).await, 0);
    assert_eq!(settles(tasks_alive, tasks).await, tasks);
}

#[tokio::test]
async fn in_its_runtime() {
    let cleaned = Arc::default();
    let tasks = tasks_alive();
    drop(begun(full("in place", &cleaned)).await);
    nothing_is_left("in place", tasks).await;
    assert_eq!(cleaned.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn on_a_thread_without_a_runtime() {
    let cleaned = Arc::default();
    let tasks = tasks_alive();
    let run = begun(full("elsewhere", &cleaned)).await;
    std::thread::spawn(move || drop(run)).join().unwrap();
    nothing_is_left("elsewhere", tasks).await;
    assert_eq!(
        cleaned.load(Ordering::SeqCst),
        1,
        "on the runtime of its tasks"
    );
}

#[tokio::test]
async fn while_its_thread_ends() {
    thread_local!(static KEPT: RefCell<Option<Run>> = const { RefCell::new(None) });
    let cleaned = Arc::default();
    let tasks = tasks_alive();
    let run = begun(full("thread-local", &cleaned)).await;
    let keep = move || KEPT.with(|kept| *kept.borrow_mut() = Some(run));
    std::thread::spawn(keep).join().unwrap();
    nothing_is_left("thread-local", tasks).await;
    assert_eq!(cleaned.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn while_its_thread_panics() {
    let cleaned = Arc::default();
    let tasks = tasks_alive();
    let run = begun(full("panicking", &cleaned)).await;
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _run = run;
        panic!("on purpose");
    }));
    assert!(panicked.is_err());
    nothing_is_left("panicking", tasks).await;
    assert_eq!(cleaned.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn inside_the_drop_of_another() {
    /// Drops its scope, and tries what cannot be bound any more.
    struct Inner(Option<Run>);
    impl Drop for Inner {
        fn drop(&mut self) {
            self.0.take();
            let scope = Scope::current().expect("dropped in the outer scope");
            scope.cancel();
            assert!(scope.defer(async {}).is_err());
            assert!(spawn(async {}).now_or_never().is_none_or(|it| it.is_err()));
            assert!(async {}.in_scope(&scope).now_or_never().unwrap().is_err());
        }
    }
    let cleaned = Arc::default();
    let tasks = tasks_alive();
    let inner = Inner(Some(begun(full("nested", &cleaned)).await));
    let outer = Box::pin(Scope::builder("nested").timeout(MINUTE).run(async {
        let _inner = inner;
        pending::<Result>().await
    }));
    drop(begun(outer).await);
    nothing_is_left("nested", tasks).await;
    assert_eq!(cleaned.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn by_one_of_its_own_tasks() {
    let cleaned = Arc::default();
    let tasks = tasks_alive();
    let (sender, own) = oneshot::channel::<Run>();
    let (shown, scope) = oneshot::channel();
    let rest = full("by itself", &cleaned);
    let run = Box::pin(Scope::builder("by itself").timeout(MINUTE).run(async {
        shown.send(Scope::current().unwrap()).unwrap();
        spawn(async { drop(own.await) });
        rest.await
    }));
    let run = begun(run).await;
    assert!(sender.send(run).is_ok());
    assert_eq!(
        scope.await.unwrap().ended().await,
        CloseReason::OwnerDropped
    );
    nothing_is_left("by itself", tasks).await;
    assert_eq!(cleaned.load(Ordering::SeqCst), 1);
}

#[test]
fn by_a_runtime_that_shuts_down() {
    let cleaned = Arc::default();
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let (sender, begun_once) = std::sync::mpsc::channel();
    for _ in 0..100 {
        let (run, sender) = (full("shut down", &cleaned), sender.clone());
        runtime.spawn(async move {
            let run = begun(run).await;
            sender.send(()).unwrap();
            run.await
        });
    }
    for _ in 0..100 {
        begun_once.recv().unwrap();
    }
    drop(runtime);
    assert_eq!(live("shut down"), 0);
    assert_eq!(
        Arc::strong_count(&cleaned),
        1,
        "cleanups that cannot run are dropped"
    );
}

#[test]
fn after_its_runtime_is_gone() {
    let cleaned = Arc::default();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let run = runtime.block_on(begun(full("orphan", &cleaned)));
    drop(runtime);
    drop(run);
    assert_eq!(live("orphan"), 0);
    assert_eq!(Arc::strong_count(&cleaned), 1);
}

#[test]
fn without_any_runtime() {
    let mut run = Box::pin(
        Scope::builder("bare")
            .timeout(MINUTE)
            .run(async { Scope::builder("bare").run(pending::<Result>()).await }),
    );
    assert!(run.as_mut().now_or_never().is_none());
    assert_eq!(live("bare"), 2);
    drop(run);
    assert_eq!(live("bare"), 0);
}
