use std::sync::Arc;

use tonic::transport::Channel;
use tonic::{Status, Streaming};
use tonic_scope::{Scoped, scoped};
use tonic_scope_tests::shapes::{Answer, Ask, shapes_client::ShapesClient};

#[scoped]
async fn client(peer: String) -> Result<ShapesClient<Scoped<Channel>>, Status> {
    Ok(ShapesClient::connect(peer).await?)
}

#[scoped]
async fn shared(peer: String) -> Result<Option<Arc<ShapesClient<Scoped<Channel>>>>, Status> {
    Ok(Some(Arc::new(ShapesClient::connect(peer).await?)))
}

#[scoped]
async fn channel(endpoint: tonic::transport::Endpoint) -> Result<Scoped<tonic::transport::Channel>, Status> {
    endpoint.connect().await.map_err(|error| Status::unavailable(error.to_string()))
}

#[scoped]
async fn answers(peer: String) -> Result<Streaming<Answer>, Status> {
    Ok(ShapesClient::connect(peer).await?.download(Ask::default()).await?.into_inner())
}

#[scoped]
async fn through_a_shared_client(users: &ShapesClient<Scoped<Channel>>) -> Result<tonic::Streaming<Answer>, Status> {
    Ok(users.clone().download(Ask::default()).await?.into_inner())
}

fn main() {}
