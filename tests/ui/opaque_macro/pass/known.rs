//! Macros that are known, and what is harmless in any.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs, clippy::items_after_statements, clippy::unused_async, clippy::unused_self)]

use tonic::Status;
use tonic::transport::Endpoint;
use tonic_scope::{Scoped, scoped};
use tonic_scope_tests::shapes::{Ask, shapes_client::ShapesClient};

macro_rules! run {
    ($($tokens:tt)*) => {
        $($tokens)*
    };
}

struct Client;

impl Client {
    #[allow(clippy::new_ret_no_self)]
    fn new(n: u32) -> u32 {
        n
    }
}

struct SearchClient;

impl SearchClient {
    #[allow(clippy::new_ret_no_self)]
    fn new(n: u32) -> u32 {
        n
    }
}

fn spawn(n: u32) -> u32 {
    n
}

mod other {
    pub(crate) fn spawn(n: u32) -> u32 {
        n
    }
}

/// Of no client, and no task.
#[scoped(ignore(SearchClient))]
async fn harmless(users: ShapesClient<Scoped>) -> Result<u32, Status> {
    let sum = run!(Client::new(1) + SearchClient::new(1) + spawn(1) + other::spawn(1));
    let mut users = run!(users.clone());
    let text = stringify!(tokio::spawn(ShapesClient::connect(peer)));
    run! {
        type Users = ShapesClient<Scoped>;
        fn nested() -> &'static str { "tokio::spawn" }
    }
    let _: fn(Users) = drop;
    assert!(nested().len() < text.len());
    let _ = users.unary(Ask::default()).await;
    Ok(sum)
}

#[scoped]
async fn known(endpoint: Endpoint) -> anyhow::Result<()> {
    anyhow::ensure!(tokio::spawn(async { true }).await?, "not {}", 1);
    tracing::debug!(user = %tokio::spawn(async { 1 }).await?, ?endpoint, "text {}", 1);
    let mut pinned = std::pin::pin!(tokio::spawn(async {}));
    pinned.as_mut().await?;
    tokio::pin! {
        let task = tokio::spawn(async {});
    }
    task.await?;
    let channels: Vec<Scoped> = vec![endpoint.connect_lazy()];
    let () = tokio::join!(tokio::spawn(async {})).0?;
    drop(channels);
    Ok(())
}

#[scoped(allow(opaque_macro))]
async fn as_it_is_meant() -> anyhow::Result<()> {
    run!(tokio::spawn(async {})).await?;
    Ok(())
}

#[tokio::main]
async fn main() {
    let endpoint = Endpoint::from_static("http://a");
    let users = ShapesClient::new(Scoped::new(endpoint.connect_lazy()));
    assert_eq!(harmless(users).await.unwrap(), 4);
    assert!(known(endpoint).await.is_ok());
    assert!(as_it_is_meant().await.is_ok());
}
