use std::sync::OnceLock;

use tonic::Status;
use tonic::transport::Channel;
use tonic_scope::{Scoped, scoped};
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

static CLIENT: OnceLock<ShapesClient<Scoped<Channel>>> = OnceLock::new();

#[scoped]
async fn f(peer: String) -> Result<(), Status> {
    let _ = CLIENT.set(ShapesClient::connect(peer).await?);
    Ok(())
}

fn main() {}
