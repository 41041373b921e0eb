//! What is logged: an event for each end that is not usual, and else nothing.

use std::{future::pending, time::Duration};

use tokio::{net::TcpListener, runtime::Builder};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status, transport::Server};
use tonic_scope::{
    Scope, ScopeError, ServerScopeLayer,
    monitor::{self, ScopePhase},
    scoped,
};
use tonic_scope_tests::{
    Told,
    quick_start::{
        User, UserId,
        users_client::UsersClient,
        users_server::{Users, UsersServer},
    },
};

const SECOND: Duration = Duration::from_secs(1);

type Result<T = ()> = std::result::Result<T, ScopeError>;

struct Directory;

#[scoped(timeout = "5s")]
#[tonic::async_trait]
impl Users for Directory {
    async fn get(&self, _: Request<UserId>) -> std::result::Result<Response<User>, Status> {
        Ok(Response::new(User::default()))
    }
}

#[scoped(timeout = "5s")]
async fn ask(url: String) -> std::result::Result<(), Status> {
    let mut users = UsersClient::connect(url).await?;
    let asked = tokio::spawn(async move { users.get(UserId { id: 1 }).await });
    asked.await.unwrap()?;
    Ok(())
}

#[tokio::test]
async fn a_call_that_goes_well_says_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = Server::builder()
        .layer(ServerScopeLayer::new())
        .add_service(UsersServer::new(Directory))
        .serve_with_incoming(TcpListenerStream::new(listener));
    tokio::spawn(server);

    let (told, _guard) = Told::here();
    ask(url).await.unwrap();
    assert_eq!(told.all(), [""; 0]);
    // It would have heard of one.
    tracing::info!(target: "tonic_scope::test", "said");
    assert_eq!(told.all().len(), 1, "{:?}", told.all());
}

#[tokio::test(start_paused = true)]
async fn a_deadline_is_one_event_where_it_was_set() {
    let (told, _guard) = Told::here();
    let line = line!() + 1;
    let run = Scope::builder("in time").timeout(SECOND).run(async {
        Scope::current().unwrap().spawn(pending::<()>());
        pending::<Result>().await
    });
    run.await.unwrap_err();
    let events = told.with("WARN");
    assert_eq!(events.len(), 1, "{events:?}");
    for part in [
        "a scope's deadline has passed",
        "scope=\"in time\"",
        "reason=\"deadline_exceeded\"",
        "limit=Timeout",
        &format!("place={}:{line}", file!()),
    ] {
        assert!(events[0].contains(part), "{part}: {}", events[0]);
    }
}

#[scoped(timeout = "1s")]
#[tracing::instrument(target = "tonic_scope::test")]
async fn within_a_span(id: u64) -> Result {
    tracing::info!(target: "tonic_scope::test", id, "begins");
    pending().await
}

#[tracing::instrument(target = "tonic_scope::test")]
#[scoped(timeout = "1s")]
async fn around_a_span(id: u64) -> Result {
    tracing::info!(target: "tonic_scope::test", id, "begins");
    pending().await
}

#[tokio::test(start_paused = true)]
async fn an_instrument_below_is_around_what_is_told_of_the_scope() {
    let (told, _guard) = Told::here();
    within_a_span(7).await.unwrap_err();
    around_a_span(8).await.unwrap_err();
    for (what, above) in [("begins", true), ("deadline has passed", false)] {
        let [below, beside] = &told.with(what)[..] else {
            panic!("{:?}", told.all());
        };
        assert!(below.contains("within_a_span{id=7}"), "{below}");
        assert_eq!(beside.contains("around_a_span{id=8}"), above, "{beside}");
    }
}

struct Stuck;

#[tonic::async_trait]
impl Users for Stuck {
    async fn get(&self, _: Request<UserId>) -> std::result::Result<Response<User>, Status> {
        pending().await
    }
}

#[tokio::test]
async fn a_span_of_the_server_is_around_what_is_told_of_its_requests() {
    let (told, _guard) = Told::here();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = Server::builder()
        .trace_fn(|request| {
            let path = request.uri().path();
            tracing::info_span!(target: "tonic_scope::test", "request", path)
        })
        .layer(ServerScopeLayer::new().with_default_timeout(Duration::from_millis(20)))
        .add_service(UsersServer::new(Stuck))
        .serve_with_incoming(TcpListenerStream::new(listener));
    tokio::spawn(server);
    let mut users = UsersClient::connect(url).await.unwrap();
    users.get(UserId { id: 1 }).await.unwrap_err();
    let events = told.with("a scope's deadline has passed");
    assert_eq!(events.len(), 1, "{events:?}");
    let span = "request{path=\"/quick_start.Users/Get\"}";
    assert!(events[0].contains(span), "{events:?}");
}

#[tokio::test]
async fn a_cancellation_is_one_event_and_its_consequences_none() {
    let (told, _guard) = Told::here();
    let run = Scope::builder("called off")
        .timeout(SECOND * 60)
        .run(async {
            let scope = Scope::current().unwrap();
            for _ in 0..3 {
                scope.spawn(scope.child("with it").run(pending::<Result>()));
            }
            tokio::task::yield_now().await;
            scope.cancel();
            pending::<Result>().await
        });
    run.await.unwrap_err();
    let events = told.with("INFO");
    assert_eq!(events.len(), 1, "{events:?}");
    assert!(events[0].contains("a scope was cancelled"), "{events:?}");
    assert!(events[0].contains("scope=\"called off\""), "{events:?}");
}

#[tokio::test]
async fn an_owner_that_is_dropped_is_one_event() {
    let (told, _guard) = Told::here();
    let mut run = Box::pin(Scope::builder("dropped").run(pending::<Result>()));
    assert!(futures::poll!(run.as_mut()).is_pending());
    drop(run);
    let events = told.with("INFO");
    assert_eq!(events.len(), 1, "{events:?}");
    assert!(events[0].contains("a scope was given up"), "{events:?}");
}

#[tokio::test]
async fn what_comes_too_late_is_told_with_its_place() {
    let (told, _guard) = Told::here();
    let run = Scope::builder("over").run(async { Ok::<_, ScopeError>(Scope::current().unwrap()) });
    let scope = run.await.unwrap();
    let line = line!() + 1;
    let late = scope.spawn(pending::<()>());
    assert!(late.await.unwrap_err().is_cancelled());
    let events = told.with("refused by a scope that has closed");
    assert_eq!(events.len(), 1, "{events:?}");
    assert!(events[0].contains("late=\"task\""), "{events:?}");
    let place = format!("place={}:{line}", file!());
    assert!(events[0].contains(&place), "{events:?}");
}

#[test]
fn overdue_work_is_reported_once_and_again_when_it_is_gone() {
    let (told, _guard) = Told::here();
    // Nobody drives it, so a task that is spawned there stays.
    let elsewhere = Builder::new_current_thread().build().unwrap();
    let mut here = Builder::new_current_thread();
    let here = here.enable_time().start_paused(true).build().unwrap();
    let mut line = 0;
    let run = Scope::builder("late").grace(SECOND).run(async {
        let _there = elsewhere.enter();
        line = line!() + 1;
        Scope::current().unwrap().spawn(pending::<()>());
        Ok::<_, ScopeError>(())
    });
    here.block_on(run).unwrap();

    let reports = told.with("a closed scope still holds something");
    assert_eq!(reports.len(), 1, "{reports:?}");
    let held = told.with("still alive after its scope's close");
    assert_eq!(held.len(), 1, "{held:?}");
    assert!(held[0].contains("held=task"), "{held:?}");
    let place = format!("place={}:{line}", file!());
    assert!(held[0].contains(&place), "{held:?}");
    let snapshot = monitor::snapshot();
    let late = snapshot.named("late").next().unwrap();
    assert!(late.overdue);
    assert_eq!(late.phase, ScopePhase::Lingering);
    assert_eq!(told.with("is gone"), [""; 0]);

    drop(elsewhere);
    assert_eq!(told.with("what an overdue scope held is gone").len(), 1);
    assert_eq!(monitor::snapshot().named("late").count(), 0);
}
