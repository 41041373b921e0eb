//! The guide's chapter on trouble: what the crate says is in it, and what is in it is said.

use std::{future::pending, net::SocketAddr, thread, time::Duration};

use futures::executor::block_on;
use tonic::{
    Request, Response, Status,
    transport::{Endpoint, Uri},
};
use tonic_scope::{
    Deadline, FutureExt as _, Limits, Scope, ScopeError, Scoped,
    connection::{self, Preset},
    monitor::{
        self, Console,
        thresholds::{Measure, Thresholds},
    },
    pool::{self, Pool},
};
use tonic_scope_tests::quick_start::{User, UserId, users_client::UsersClient};

mod sources;
mod table;

use table::Explained;

const SECOND: Duration = Duration::from_secs(1);

/// Said by what is beneath: tonic, and the compiler where no case of `ui` has seen it.
const OF_OTHERS: [&str; 2] = ["transport error: ..", "type mismatch in function arguments"];

#[tokio::test(start_paused = true)]
async fn errors_of_scopes_are_explained() {
    let explained = Explained::read();
    let never = || pending::<Result<(), ScopeError>>();

    let own = Scope::builder("own").timeout(SECOND).run(never());
    explained.all_of(&own.await.unwrap_err(), &["its own `timeout`"]);

    let caller = Scope::builder("caller").deadline(Deadline::after(SECOND));
    explained.all_of(
        &caller.run(never()).await.unwrap_err(),
        &["the time that the caller allows"],
    );

    let inner = async { Scope::builder("inner").no_timeout().run(never()).await };
    let outer = Scope::builder("outer").timeout(SECOND).run(async {
        // It outlives its deadline by a turn, and so hears of it from the inner one.
        Ok::<_, ScopeError>(inner.await)
    });
    let error = match outer.await {
        Ok(inner) => inner.unwrap_err(),
        Err(error) => error,
    };
    explained.all_of(&error, &["exceeded after"]);

    let default = Scope::builder("default").run(never()).await.unwrap_err();
    explained.all_of(&default, &["the default timeout of the process"]);

    let cancelled = Scope::builder("cancelled").run(async {
        Scope::current().unwrap().cancel();
        never().await
    });
    explained.all_of(
        &cancelled.await.unwrap_err(),
        &["closed after", "cancelled"],
    );

    let over = Scope::builder("over").run(async { Ok::<_, ScopeError>(Scope::current().unwrap()) });
    let late = over.await.unwrap().defer(async {}).unwrap_err();
    explained.all_of(&late, &["takes nothing more"]);

    explained.all_of(&tonic_scope::defer(async {}).unwrap_err(), &["no scope"]);
    let twice = || tonic_scope::set_default_timeout(SECOND);
    explained.all_of(
        &twice().and_then(|()| twice()).unwrap_err(),
        &["already in force"],
    );
}

#[tokio::test]
async fn a_panic_of_a_task_is_explained() {
    let run = Scope::builder("panics").run(async {
        let _task = Scope::current().unwrap().spawn(async { panic!("no more") });
        pending::<Result<(), ScopeError>>().await
    });
    Explained::read().all_of(&run.await.unwrap_err(), &["panicked"]);
}

#[tokio::test(start_paused = true)]
async fn errors_of_calls_are_explained() {
    let explained = Explained::read();
    let limit = Limits::timeout(SECOND);
    for (case, says) in [
        (Case::CallTimeout, "the scope's `call_timeout`"),
        (Case::Limited(limit), "the limit said for this call"),
        (Case::Request, "the timeout of the request itself"),
    ] {
        let scope = Scope::builder("calls").call_timeout(2 * SECOND);
        let status = scope.run(get(case)).await.unwrap_err();
        explained.all_of(&status.message(), &[says]);
    }
    let mut strict = UsersClient::new(Scoped::new(nowhere()).strict());
    let status = strict.get(UserId { id: 1 }).await.unwrap_err();
    explained.all_of(&status.message(), &["a strict client"]);
}

#[tokio::test]
async fn errors_of_connections_are_explained() {
    let explained = Explained::read();
    let minute = 60 * SECOND;
    let pool = Pool::builder().back_off(minute, minute).build().unwrap();
    let lease =
        async |address: &'static str| Status::from(pool.connect(address).await.unwrap_err());

    explained.all_of(&lease("users:50051").await.message(), &["is no address"]);
    let refused = "http://127.0.0.1:1";
    explained.all_of(&lease(refused).await.message(), &["transport error"]);
    explained.all_of(&lease(refused).await.message(), &["the next is due in"]);
    pool.close().await;
    explained.all_of(&lease(refused).await.message(), &["the pool is closed"]);
}

#[tokio::test]
async fn errors_at_start_up_are_explained() {
    let explained = Explained::read();

    let preset = || connection::set_default(Preset::builder().build().unwrap());
    let twice = preset().and_then(|()| preset()).unwrap_err();
    explained.all_of(&twice, &["the default preset is already in force"]);
    let of_none = Preset::builder().connect_timeout(Duration::ZERO).build();
    explained.all_of(&of_none.unwrap_err(), &["of a preset"]);

    let pool = || pool::set_default(Pool::builder().build().unwrap());
    let twice = pool().and_then(|()| pool()).unwrap_err();
    explained.all_of(&twice, &["the pool of the process is already in use"]);
    let of_none = Pool::builder().connections(0).build();
    explained.all_of(&of_none.unwrap_err(), &["of a pool"]);

    let none = Thresholds::builder().build().unwrap_err();
    explained.all_of(&none, &["there is no threshold to watch"]);
    let tasks = Thresholds::builder().above(Measure::Tasks, 1);
    let twice = tasks.clone().above(Measure::Tasks, 2).build().unwrap_err();
    explained.all_of(&twice, &["has two thresholds"]);
    let late = tasks.clone().above_in("a name", Measure::Tasks, 1).build();
    explained.all_of(&late.unwrap_err(), &["is never told before"]);
    let outside = thread::spawn(move || tasks.build().unwrap().watch(|_| ()).unwrap_err());
    explained.all_of(&outside.join().unwrap(), &["the monitor watches by a task"]);
}

#[tokio::test]
async fn errors_of_a_console_are_explained() {
    let explained = Explained::read();
    let outside = thread::spawn(|| block_on(monitor::serve("127.0.0.1:0")).unwrap_err());
    explained.all_of(&outside.join().unwrap(), &["needs a tokio runtime"]);

    let console = monitor::serve("127.0.0.1:0").await.unwrap();
    let taken = monitor::serve(console.local_addr()).await.unwrap_err();
    explained.all_of(&taken, &["somebody else does"]);
    let remote = monitor::serve("0.0.0.0:0").await.unwrap_err();
    explained.all_of(&remote, &["could be read from other machines"]);
    // Kept for documentation (RFC 5737): nobody's.
    let nobodys = Console::builder().allow_remote().serve("192.0.2.1:0");
    explained.all_of(&nobodys.await.unwrap_err(), &["a console cannot listen on"]);

    let no_address = "no address that a console can listen on";
    let malformed = monitor::serve("127.0.0.1").await.unwrap_err();
    explained.all_of(&malformed, &[no_address]);
    let none: &[SocketAddr] = &[];
    explained.all_of(&monitor::serve(none).await.unwrap_err(), &[no_address]);
}

#[test]
fn what_is_explained_is_said() {
    let explained = Explained::read();
    let said = sources::said();
    let rows = explained.rows();
    assert!(rows.len() > 40, "{} rows", rows.len());
    for row in rows {
        let known = row
            .iter()
            .any(|says| OF_OTHERS.contains(&says.as_str()) || said.contains(table::longest(says)));
        assert!(known, "nothing says {row:?}");
    }
}

#[test]
fn every_line_of_the_log_is_explained() {
    let explained = Explained::read();
    let events = sources::events();
    assert!(events.len() > 3, "{events:?}");
    for event in events {
        let is_explained = explained.rows().iter().flatten().any(|says| *says == event);
        assert!(is_explained, "the guide does not explain {event:?}");
    }
}

#[derive(Clone, Copy)]
enum Case {
    CallTimeout,
    Limited(Limits),
    Request,
}

async fn get(case: Case) -> Result<Response<User>, Status> {
    let mut users = UsersClient::new(Scoped::new(nowhere()));
    let mut request = Request::new(UserId { id: 1 });
    match case {
        Case::CallTimeout => users.get(request).await,
        Case::Limited(limits) => users.get(request).limited(limits).await,
        Case::Request => {
            request.set_timeout(SECOND);
            users.get(request).await
        }
    }
}

/// A channel that never comes to have a connection.
fn nowhere() -> tonic::transport::Channel {
    let never = tower::service_fn(|_: Uri| {
        pending::<Result<hyper_util::rt::TokioIo<tokio::io::DuplexStream>, Status>>()
    });
    Endpoint::from_static("http://nowhere").connect_with_connector_lazy(never)
}
