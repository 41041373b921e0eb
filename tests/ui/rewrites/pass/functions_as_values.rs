//! Functions that are named and called by others bind as well.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use futures::future::{TryFutureExt, join_all};
use tonic::transport::{Channel, Endpoint};
use tonic_scope::monitor::snapshot;
use tonic_scope::{Scope, Scoped, scoped};
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

/// How many of a kind are bound to the current scope.
fn bound(kind: &str) -> usize {
    let scope = Scope::current().expect("in a scope");
    let scopes = snapshot().scopes;
    let this = scopes.iter().find(|it| it.location == scope.location()).expect("alive");
    this.bonds.iter().filter(|bond| bond.kind() == kind).count()
}

#[scoped]
async fn of_clients(channel: Channel) -> anyhow::Result<()> {
    let client: Option<ShapesClient<Scoped<Channel>>> = Some(channel).map(ShapesClient::new);
    assert_eq!(bound("client"), 1);
    let connect = ShapesClient::<Channel>::connect;
    let peer = "http://127.0.0.1:1";
    assert!(connect(peer).await.is_err());
    assert!(Some(peer).map(ShapesClient::connect).expect("a future").await.is_err());
    let later = async { Ok(peer) }.and_then(ShapesClient::connect);
    assert!(later.await.is_err());
    drop(client);
    Ok(())
}

#[scoped]
async fn of_channels(endpoint: Endpoint) -> anyhow::Result<()> {
    let channel: Scoped<Channel> = Endpoint::connect_lazy(&endpoint);
    let other: Option<Scoped<Channel>> = Some(&endpoint).map(Endpoint::connect_lazy);
    assert_eq!(bound("client"), 2);
    assert!(Endpoint::connect(&endpoint).await.is_err());
    drop((channel, other));
    Ok(())
}

#[scoped]
async fn of_tasks() -> anyhow::Result<()> {
    let tasks: Vec<_> = [1, 2].into_iter().map(std::future::ready).map(tokio::spawn).collect();
    assert_eq!(bound("task"), 2);
    assert!(join_all(tasks).await.into_iter().all(|it| it.is_ok()));
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let endpoint = Endpoint::from_static("http://127.0.0.1:1");
    of_clients(endpoint.connect_lazy()).await.unwrap();
    of_channels(endpoint).await.unwrap();
    of_tasks().await.unwrap();
}
