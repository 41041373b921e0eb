//! Where a cleanup runs, and what becomes of it where none can.

use std::future::pending;

use futures::FutureExt;
use tonic_scope::{CloseReason, Scope, ScopeError, defer, monitor};
use tonic_scope_tests::{Told, settles};

use super::{Events, Noted, Result, SECOND};

#[test]
fn without_a_runtime_cleanups_are_dropped_and_reported() {
    let (told, _guard) = Told::here();
    let events = Events::default();
    let line = line!() + 3;
    let run = Scope::builder("bare").timeout(SECOND).run(async {
        let cleanup = Noted(events.clone(), "dropped");
        defer(async move { drop(cleanup) })?;
        Ok::<_, ScopeError>(())
    });
    futures::executor::block_on(run).unwrap();
    assert_eq!(events.seen(), ["dropped"]);
    let said = told.all().concat();
    assert!(said.contains("no runtime"), "{said}");
    assert!(said.contains(&format!("{}:{line}", file!())), "{said}");
    assert_eq!(monitor::snapshot().named("bare").count(), 0);
}

#[test]
fn a_runtime_that_shuts_down_drops_cleanups_and_reports_them() {
    let (told, _guard) = Told::here();
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
    let said = told.all();
    assert!(!told.with("no runtime").is_empty(), "{said:?}");
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
