//! What is left as written.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use tonic::Status;
use tonic::transport::{Channel, Endpoint};
use tonic_scope::scoped;
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

#[scoped]
async fn f(endpoint: Endpoint) -> Result<ShapesClient<Channel>, Status> {
    let channel: Channel = #[call(unscoped)] endpoint.connect_lazy();
    #[call(unscoped)]
    let client = ShapesClient::new(channel);
    let task = #[call(unscoped)] tokio::spawn(async {});
    task.await.map_err(|_| Status::internal("lost"))?;
    Ok(client)
}

#[tokio::main]
async fn main() {
    drop(f(Endpoint::from_static("http://a")).await.unwrap());
}
