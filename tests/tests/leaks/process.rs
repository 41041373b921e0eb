//! A check of all that a process begins.

use std::{future::pending, time::Duration};

use tokio::{runtime::Handle, task};
use tonic_scope::{Scope, ScopeError, Scoped, detach, testing::LeakCheck};
use tonic_scope_tests::{Apart, Host, Process, channel, shapes::shapes_client::ShapesClient};

use crate::service::{SHORT, ask, line_of};

const HERE: &str = include_str!("process.rs");

/// In a process of its own: it sees what other tests begin.
#[test]
fn what_is_outside_of_every_scope_and_test_is_named() {
    if Process::told().is_none() {
        let test = "process::what_is_outside_of_every_scope_and_test_is_named";
        assert!(Process::again(test, "plant").passes());
        return;
    }
    let apart = Apart::new("peer");
    let host = futures::executor::block_on(apart.run(Host::start()));
    futures::executor::block_on(apart.run(before()));

    let guard = LeakCheck::new().patience(SHORT).process();
    futures::executor::block_on(apart.run(plant(host.url())));
    let leaks = futures::executor::block_on(guard.find());

    let found: Vec<_> = leaks
        .iter()
        .map(|leak| (leak.location().line(), leak.kind(), leak.name()))
        .collect();
    let method = Some("/tonic_scope.tests.Shapes/Download");
    let planted = [
        (line_of(HERE, "client"), "call", method),
        (line_of(HERE, "scope"), "scope", Some("stray")),
    ];
    assert_eq!(found, planted, "{leaks}");
    assert!(
        leaks.to_string().starts_with("left of the process:"),
        "{leaks}"
    );

    // Dropped without a runtime, it looks as well.
    let dropped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(guard)));
    let error = *dropped.unwrap_err().downcast::<String>().unwrap();
    assert!(error.contains("scope `stray`"), "{error}");
}

async fn before() {
    detach("before", Duration::from_secs(3_600), pending::<()>());
}

async fn plant(url: String) {
    let channel = Scoped::new(channel(url).await); // <client>
    let mut client = ShapesClient::new(channel);
    let answers = client.download(ask("")).await.unwrap();
    Handle::current().spawn(async move {
        pending::<()>().await;
        drop(answers);
    });
    let stray = Scope::builder("stray").no_timeout(); // <scope>
    task::spawn(stray.run(pending::<Result<(), ScopeError>>()));
    task::yield_now().await;
}
