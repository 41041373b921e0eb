use tonic::Status;
use tonic_scope::scoped;
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

#[scoped]
async fn f(peer: String) -> Result<(), Status> {
    std::mem::forget(ShapesClient::connect(peer).await?);
    Ok(())
}

fn main() {}
