use tonic::Status;
use tonic_scope::scoped;
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

macro_rules! run {
    ($value:expr) => {
        $value
    };
}

#[scoped]
async fn f(peer: String) -> Result<(), Status> {
    run!(ShapesClient::connect(peer)).await?;
    Ok(())
}

fn main() {}
