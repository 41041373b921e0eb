use std::sync::Arc;

use tonic::Status;
use tonic::transport::Channel;
use tonic_scope::{Scoped, scoped};
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

#[scoped]
async fn f(peer: String) -> Result<Option<Arc<ShapesClient<Scoped<Channel>>>>, Status> {
    Ok(Some(Arc::new(ShapesClient::connect(peer).await?)))
}

fn main() {}
