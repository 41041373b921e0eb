use tonic::Status;
use tonic_scope::scoped;
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

#[scoped]
async fn f() -> Result<(), Status> {
    drop(ShapesClient::new(transport));
    Ok(())
}

fn main() {}
