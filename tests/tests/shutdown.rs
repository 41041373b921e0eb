//! The end of every scope of a process. Each test runs in a process of its own:
//! there is no way back.

use std::{future::pending, sync::mpsc, time::Duration};

use futures::{StreamExt, stream};
use tokio::sync::oneshot;
use tonic::{Code, Request, Response, Status};
use tonic_scope::{
    CloseReason, Scope, ScopeError, ServerScopeLayer, defer, detach, monitor, scoped, shutdown,
};
use tonic_scope_tests::{Process, settles, tasks_alive};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);

/// A scope with a task and a cleanup, in a task; and the scope's handle.
async fn running(name: &'static str) -> (tokio::task::JoinHandle<Result<(), ScopeError>>, Scope) {
    let (sender, scope) = oneshot::channel();
    let run = Scope::builder(name).timeout(MINUTE).run(async {
        let scope = Scope::current().unwrap();
        scope.spawn(pending::<()>());
        defer(async {})?;
        sender.send(scope).unwrap();
        pending().await
    });
    (tokio::spawn(run), scope.await.unwrap())
}

#[test]
fn every_root_is_closed_and_all_within() {
    Process::alone("every_root_is_closed_and_all_within", async {
        #[scoped(timeout = "60s")]
        async fn watch() -> Result<Response<stream::BoxStream<'static, Result<(), Status>>>, Status>
        {
            Ok(Response::new(stream::pending().boxed()))
        }
        let tasks = tasks_alive();
        let (run, scope) = running("root").await;
        let job = detach("job", MINUTE, pending::<()>());
        // A stream that nobody polls.
        let mut unread = watch().await.unwrap().into_inner();

        let left = shutdown(SECOND * 10).await;
        assert!(left.is_empty(), "{left}");
        assert_eq!(scope.close_reason(), Some(CloseReason::Shutdown));
        let status = Status::from(run.await.unwrap().unwrap_err());
        assert_eq!(status.code(), Code::Unavailable, "{status}");
        let error = job.await.unwrap().unwrap_err();
        assert_eq!(error.reason(), Some(CloseReason::Shutdown));
        let status = unread.next().await.unwrap().unwrap_err();
        assert_eq!(status.code(), Code::Unavailable, "{status}");
        assert!(unread.next().await.is_none());
        assert_eq!(settles(tasks_alive, tasks).await, tasks);
        assert_eq!(monitor::live_scopes(), 0);
    });
}

#[test]
fn no_root_opens_afterwards() {
    Process::alone("no_root_opens_afterwards", async {
        assert!(shutdown(Duration::ZERO).await.is_empty());
        let late = Scope::builder("late").run(async { Ok::<_, ScopeError>(()) });
        let status = Status::from(late.await.unwrap_err());
        assert_eq!(status.code(), Code::Unavailable, "{status}");
        let detached = detach("late", MINUTE, pending::<()>()).await;
        let error = detached.unwrap().unwrap_err();
        assert_eq!(error.reason(), Some(CloseReason::Shutdown));
        let layer = ServerScopeLayer::new();
        assert_eq!(layer.drain(Duration::ZERO).await, 0);
        assert!(shutdown(Duration::ZERO).await.is_empty(), "and once more");
    });
}

#[test]
fn what_is_left_is_told_with_names_and_places() {
    Process::alone("what_is_left_is_told_with_names_and_places", async {
        let (release, blocked) = mpsc::channel::<()>();
        let (started, has_started) = oneshot::channel();
        let line = line!() + 3;
        let run = Scope::builder("blocked").timeout(MINUTE).run(async {
            let scope = Scope::current().unwrap();
            scope.spawn(async move {
                started.send(()).unwrap();
                blocked.recv().unwrap();
            });
            pending::<Result<(), ScopeError>>().await
        });
        let run = tokio::spawn(run);
        has_started.await.unwrap();

        let left = shutdown(Duration::from_millis(10)).await;
        let [scope] = left.scopes() else {
            panic!("{left}");
        };
        assert_eq!((scope.name, scope.bonds.len()), ("blocked", 1));
        assert_eq!(scope.close_reason, Some(CloseReason::Shutdown));
        let said = left.to_string();
        assert!(said.contains("task"), "{said}");
        assert!(said.contains(&format!("{}:{line}", file!())), "{said}");

        release.send(()).unwrap();
        assert!(run.await.unwrap().is_err());
        assert!(shutdown(SECOND * 10).await.is_empty(), "asked again");
    });
}

#[test]
fn cleanups_have_the_grace_of_their_scope_and_the_wait_one_of_its_own() {
    let name = "cleanups_have_the_grace_of_their_scope_and_the_wait_one_of_its_own";
    Process::alone(name, async {
        let (go, wait) = oneshot::channel::<()>();
        let (cleaned, has_cleaned) = oneshot::channel();
        let (ready, is_ready) = oneshot::channel();
        let line = line!() + 2;
        let run = Scope::builder("cleans").grace(MINUTE).run(async {
            defer(async {
                wait.await.unwrap();
                cleaned.send(()).unwrap();
            })?;
            ready.send(()).unwrap();
            pending::<Result<(), ScopeError>>().await
        });
        let run = tokio::spawn(run);
        is_ready.await.unwrap();
        let left = shutdown(Duration::from_millis(10)).await;
        let said = left.to_string();
        assert!(
            said.contains(&format!("cleanup ({}:{line}", file!())),
            "{said}"
        );
        go.send(()).unwrap();
        has_cleaned.await.unwrap();
        assert!(run.await.unwrap().is_err());
        assert_eq!(monitor::live_scopes(), 0);
    });
}

#[test]
fn it_ends_what_a_drain_lets_finish() {
    Process::alone("it_ends_what_a_drain_lets_finish", async {
        use tower::{Layer, Service, service_fn};

        let layer = ServerScopeLayer::new();
        let (ready, is_ready) = oneshot::channel();
        let mut ready = Some(ready);
        let mut service = layer.layer(service_fn(move |_| {
            ready.take().unwrap().send(()).unwrap();
            pending::<Result<http::Response<tonic::body::Body>, Status>>()
        }));
        let request = http::Request::new(tonic::body::Body::empty());
        let call = tokio::spawn(service.call(request));
        is_ready.await.unwrap();
        let drain = tokio::spawn(async move { layer.drain(MINUTE).await });
        let draining = || {
            monitor::snapshot()
                .named("server")
                .any(|scope| scope.close_reason == Some(CloseReason::Shutdown))
        };
        assert!(settles(draining, true).await);
        assert!(!call.is_finished(), "a drain lets it finish");

        assert!(shutdown(SECOND * 10).await.is_empty());
        let response = call.await.unwrap().unwrap();
        let status = Status::from_header_map(response.headers()).unwrap();
        assert_eq!(status.code(), Code::Unavailable, "{status}");
        assert_eq!(drain.await.unwrap(), 0, "nothing was left to the drain");
    });
}

#[test]
fn a_scoped_function_is_refused_as_any_root() {
    Process::alone("a_scoped_function_is_refused_as_any_root", async {
        #[scoped]
        async fn handler(_: Request<()>) -> Result<Response<()>, Status> {
            Ok(Response::new(()))
        }
        assert!(handler(Request::new(())).await.is_ok());
        assert!(shutdown(Duration::ZERO).await.is_empty());
        let status = handler(Request::new(())).await.unwrap_err();
        assert_eq!(status.code(), Code::Unavailable, "{status}");
    });
}
