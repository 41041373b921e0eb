use std::mem::ManuallyDrop;

use tonic::Status;
use tonic_scope::scoped;
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

#[scoped]
async fn f(peer: String) -> Result<(), Status> {
    let client = ManuallyDrop::new(ShapesClient::connect(peer).await?);
    drop(client);
    Ok(())
}

fn main() {}
