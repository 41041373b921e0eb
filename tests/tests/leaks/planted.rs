//! Every kind of leak, planted in one tree and named.

use std::{
    any::Any,
    future::pending,
    sync::{Mutex, OnceLock, mpsc},
    time::Duration,
};

use tokio::task;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{
    Response, Status,
    transport::{Channel, Endpoint},
};
use tonic_scope::{Scope, ScopeError, Scoped, ScopedStream, scoped, testing::LeakCheck};
use tonic_scope_tests::{
    Host,
    shapes::{Answer, shapes_client::ShapesClient},
};

use crate::service::{SHORT, ask, line_of, nudge};

const HOUR: Duration = Duration::from_secs(3_600);

type Result<T = ()> = std::result::Result<T, Status>;

/// What outlives everything.
static KEPT: Mutex<Vec<Box<dyn Any + Send>>> = Mutex::new(Vec::new());

fn keep(value: impl Any + Send) {
    KEPT.lock().unwrap().push(Box::new(value));
}

// What leaves the scope, by name.

#[scoped]
async fn a_detached_task() -> Result {
    tonic_scope::detach("audit", HOUR, pending::<()>()); // <detached>
    Ok(())
}

// By `unscoped`.

#[scoped]
async fn an_unscoped_task() -> Result {
    #[call(unscoped)]
    tokio::spawn(pending::<()>()); // <unscoped task>
    Ok(())
}

#[scoped]
async fn an_unscoped_client(url: String) -> Result {
    #[call(unscoped)]
    let client = ShapesClient::connect(url).await; // <unscoped client>
    keep(client.map_err(|error| Status::unavailable(error.to_string()))?);
    Ok(())
}

#[scoped]
async fn an_unscoped_channel(endpoint: Endpoint) -> Result {
    #[call(unscoped)]
    let channel = endpoint.connect_lazy(); // <unscoped channel>
    keep(channel);
    Ok(())
}

// Outside scopes.

#[scoped]
async fn a_call_outside_any_scope(channel: Channel) -> Result {
    let client = Scoped::new(channel); // <client of a call>
    #[call(unscoped)]
    tokio::spawn(reads_for_ever(client)); // <task of a call>
    Ok(())
}

async fn reads_for_ever(channel: Scoped<Channel>) {
    let answers = ShapesClient::new(channel).download(ask("")).await;
    pending::<()>().await;
    drop(answers);
}

#[scoped]
async fn a_scope_outside_any_scope() -> Result {
    #[call(unscoped)]
    tokio::spawn(elsewhere()); // <task of a scope>
    Ok(())
}

async fn elsewhere() {
    let scope = Scope::builder("kept").no_timeout(); // <scope>
    let _ = scope
        .run(pending::<std::result::Result<(), ScopeError>>())
        .await;
}

// By `allow`.

#[scoped(allow(client_escapes))]
async fn an_escaped_client(url: String) -> Result {
    static ESCAPED: OnceLock<ShapesClient<Scoped<Channel>>> = OnceLock::new();
    let client = ShapesClient::connect(url).await?; // <escaped client>
    let _ = ESCAPED.set(client);
    Ok(())
}

#[scoped(allow(leaked))]
async fn a_forgotten_client(url: String) -> Result {
    let client = ShapesClient::connect(url).await?; // <forgotten client>
    std::mem::forget(client);
    Ok(())
}

#[rustfmt::skip]
#[scoped(allow(leaked), idle = "1h")]
async fn a_forgotten_response(url: String) -> Result { // <forgotten response>
    let mut client = ShapesClient::connect(url).await?;
    std::mem::forget(client.download(ask("")).await?);
    Ok(())
}

#[scoped(allow(unjoinable))]
async fn a_blocking_task(until: mpsc::Receiver<()>) -> Result {
    let task = task::spawn_blocking(move || until.recv()); // <blocking task>
    drop(task);
    Ok(())
}

#[scoped(allow(unjoinable))]
async fn a_thread(until: mpsc::Receiver<()>) -> Result {
    let thread = std::thread::spawn(move || until.recv()); // <thread>
    drop(thread);
    Ok(())
}

// By what ends no more.

#[rustfmt::skip]
#[scoped(allow(blocking))]
async fn a_task_that_blocks(until: mpsc::Receiver<()>) -> Result {
    let (begins, begun) = tokio::sync::oneshot::channel();
    let task = tokio::spawn(async move { // <blocked task>
        let _ = begins.send(());
        until.recv()
    });
    begun.await.map_err(|_| Status::internal("no task"))?;
    drop(task);
    Ok(())
}

#[rustfmt::skip]
#[scoped(idle = "1h")]
async fn a_kept_stream() -> Result<Response<ScopedStream<ReceiverStream<Result<Answer>>>>> { // <kept stream>
    let (_, answers) = tokio::sync::mpsc::channel(1);
    Ok(Response::new(ScopedStream::new(ReceiverStream::new(answers))))
}

async fn plant(url: &str, threads: [mpsc::Receiver<()>; 3]) -> Result {
    let [one, two, three] = threads;
    let endpoint = Endpoint::from_shared(url.to_owned()).unwrap();
    a_detached_task().await?;
    an_unscoped_task().await?;
    an_unscoped_client(url.to_owned()).await?;
    an_unscoped_channel(endpoint.clone()).await?;
    a_call_outside_any_scope(endpoint.connect_lazy()).await?;
    a_scope_outside_any_scope().await?;
    an_escaped_client(url.to_owned()).await?;
    a_forgotten_client(url.to_owned()).await?;
    a_forgotten_response(url.to_owned()).await?;
    a_blocking_task(one).await?;
    a_thread(two).await?;
    a_task_that_blocks(three).await?;
    keep(a_kept_stream().await?);
    Ok(())
}

const HERE: &str = include_str!("planted.rs");

/// Kind, name and mark of all that is planted.
const PLANTED: [(&str, Option<&str>, &str); 15] = [
    ("scope", Some("audit"), "detached"),
    ("task", None, "unscoped task"),
    ("client", None, "unscoped client"),
    ("client", None, "unscoped channel"),
    (
        "call",
        Some("/tonic_scope.tests.Shapes/Download"),
        "client of a call",
    ),
    ("task", None, "task of a call"),
    ("task", None, "task of a scope"),
    ("scope", Some("kept"), "scope"),
    ("client", None, "escaped client"),
    ("client", None, "forgotten client"),
    (
        "call",
        Some("/tonic_scope.tests.Shapes/Download"),
        "forgotten response",
    ),
    ("blocking task", None, "blocking task"),
    ("thread", None, "thread"),
    ("task", None, "blocked task"),
    ("stream", None, "kept stream"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_kind_is_named_with_its_place() {
    let _nudge = nudge();
    let host = Host::start().await;
    let (_release, threads): (Vec<_>, Vec<_>) = (0..3).map(|_| mpsc::channel()).unzip();
    let threads = threads.try_into().unwrap();

    let check = LeakCheck::new().patience(SHORT);
    let (planted, leaks) = check.find(plant(&host.url(), threads)).await;
    planted.unwrap();

    let mut found: Vec<_> = leaks
        .iter()
        .map(|leak| {
            let place = leak.location();
            assert!(place.file().ends_with("leaks/planted.rs"), "{leaks}");
            assert_eq!(leak.count(), 1, "{leaks}");
            (place.line(), leak.kind(), leak.name())
        })
        .collect();
    found.sort_unstable();
    let mut planted: Vec<_> = PLANTED
        .iter()
        .map(|&(kind, name, mark)| (line_of(HERE, mark), kind, name))
        .collect();
    planted.sort_unstable();
    assert_eq!(found, planted, "{leaks}");

    // And in words.
    let text = leaks.to_string();
    for (line, kind, name) in planted {
        let name = name.map_or(String::new(), |name| format!("`{name}` "));
        assert!(
            text.contains(&format!("\n  {kind} {name}({FILE}:{line}:")),
            "{text}"
        );
    }
}

const FILE: &str = "tests/tests/leaks/planted.rs";
