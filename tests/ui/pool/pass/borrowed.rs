//! Where connections are borrowed, and from which pool.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs, clippy::unused_async)]

use std::sync::{Arc, LazyLock};

use http::Uri;
use tonic::{Request, Response, Status, transport::Endpoint};
use tonic_scope::{
    Scoped,
    connection::{Profile, Target},
    pool::Pool,
    scoped,
};
use tonic_scope_tests::shapes::{Answer, Ask, shapes_client::ShapesClient};

static POOL: LazyLock<Pool> = LazyLock::new(|| Pool::builder().build().unwrap());

#[scoped(pool)]
async fn of_the_process(peer: String) -> Result<(), Status> {
    ShapesClient::connect(peer).await?.unary(Ask::default()).await?;
    Ok(())
}

#[scoped(pool = &POOL, timeout = "1s")]
async fn whatever_tells_all_of_itself(uri: Uri, target: Target) -> Result<(), Status> {
    ShapesClient::connect("http://peer").await?.unary(Ask::default()).await?;
    ShapesClient::connect(uri).await?.unary(Ask::default()).await?;
    ShapesClient::connect(target).await?.unary(Ask::default()).await?;
    ShapesClient::connect(Profile::new().at("http://peer")).await?;
    Ok(())
}

#[scoped(pool)]
async fn endpoints(endpoint: Endpoint) -> Result<(), Status> {
    let lazy: ShapesClient<Scoped> = ShapesClient::new(endpoint.connect_lazy());
    drop(lazy);
    ShapesClient::new(endpoint.connect().await?).unary(Ask::default()).await?;
    ShapesClient::connect(endpoint).await?.unary(Ask::default()).await?;
    Ok(())
}

/// Each turn borrows the same connection.
#[scoped(pool)]
async fn in_a_loop(peers: Vec<String>) -> Result<(), Status> {
    for peer in &peers {
        ShapesClient::connect(peer.clone()).await?.unary(Ask::default()).await?;
    }
    let tasks: Vec<_> = peers
        .into_iter()
        .map(|peer| tokio::spawn(async { ShapesClient::connect(peer).await.map(drop) }))
        .collect();
    for task in tasks {
        task.await.map_err(|error| Status::internal(error.to_string()))??;
    }
    Ok(())
}

/// The pool may be an argument, behind whatever derefs to it.
#[scoped(pool = &pool)]
async fn of_an_argument(pool: Arc<Pool>, peer: String) -> Result<(), Status> {
    let again = peer.clone();
    let task = tokio::spawn(async move { ShapesClient::connect(again).await.map(drop) });
    ShapesClient::connect(peer).await?;
    task.await.map_err(|error| Status::internal(error.to_string()))??;
    drop(pool);
    Ok(())
}

/// Nothing to borrow for is no fault.
#[scoped(pool = &POOL)]
async fn without_a_client() -> Result<(), Status> {
    Ok(())
}

#[scoped(pool)]
async fn in_generic_code<D>(destination: D) -> Result<(), Status>
where
    D: TryInto<Endpoint> + Send,
    D::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    ShapesClient::connect(destination).await?.unary(Ask::default()).await?;
    Ok(())
}

struct Service {
    pool: Pool,
}

#[scoped(pool = &self.pool)]
impl Service {
    async fn of_the_impl(&self, peer: String) -> Result<(), Status> {
        ShapesClient::connect(peer).await?;
        Ok(())
    }

    #[scoped(pool)]
    async fn of_its_own(&self, peer: String) -> Result<(), Status> {
        ShapesClient::connect(peer).await?;
        Ok(())
    }

    #[scoped(pool = none)]
    async fn of_none(&self, peer: String) -> Result<(), Status> {
        ShapesClient::connect(peer).await?;
        Ok(())
    }
}

#[tonic::async_trait]
trait Greeter {
    async fn hello(&self, request: Request<Ask>) -> Result<Response<Answer>, Status>;
}

#[scoped(pool = &self.pool)]
#[tonic::async_trait]
impl Greeter for Service {
    async fn hello(&self, request: Request<Ask>) -> Result<Response<Answer>, Status> {
        let mut client = ShapesClient::connect("http://peer").await?;
        client.unary(request.into_inner()).await
    }
}

fn main() {}
