//! What the body imports is bound under the name that it has there.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use tonic::transport::Endpoint;
use tonic_scope::monitor::snapshot;
use tonic_scope::{Scope, scoped};

/// How many of a kind are bound to the current scope.
fn bound(kind: &str) -> usize {
    let scope = Scope::current().expect("in a scope");
    let scopes = snapshot().scopes;
    let this = scopes.iter().find(|it| it.location == scope.location()).expect("alive");
    this.bonds.iter().filter(|bond| bond.kind() == kind).count()
}

#[scoped]
async fn functions() -> anyhow::Result<()> {
    use tokio::spawn;

    let task = spawn(async {});
    assert_eq!(bound("task"), 1);
    task.await?;
    Ok(())
}

#[scoped]
async fn modules_and_groups() -> anyhow::Result<()> {
    use tokio::{spawn as start, task as tasks};

    let (a, b) = (start(async {}), tasks::spawn(async {}));
    assert_eq!(bound("task"), 2);
    tokio::try_join!(a, b, start(async {}))?;
    Ok(())
}

#[scoped]
async fn clients(endpoint: Endpoint) -> anyhow::Result<()> {
    use tonic_scope_tests::shapes::shapes_client::ShapesClient as Shapes;

    let client = Shapes::new(endpoint.connect_lazy());
    assert_eq!(bound("client"), 1);
    drop(client);
    Ok(())
}

#[scoped]
async fn in_a_block(inside: bool) -> anyhow::Result<()> {
    if inside {
        use tokio::task::*;

        let task = spawn(async {});
        assert_eq!(bound("task"), 1);
        task.await?;
    }
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    functions().await.unwrap();
    modules_and_groups().await.unwrap();
    clients(Endpoint::from_static("http://a")).await.unwrap();
    in_a_block(true).await.unwrap();
}
