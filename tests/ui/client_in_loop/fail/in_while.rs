use tonic::Status;
use tonic::transport::Endpoint;
use tonic_scope::scoped;
use tonic_scope_tests::shapes::{Ask, shapes_client::ShapesClient};

#[scoped]
async fn f(endpoint: Endpoint, mut tries: u32) -> Result<(), Status> {
    while tries > 0 {
        let mut client = ShapesClient::new(endpoint.connect_lazy());
        client.unary(Ask::default()).await?;
        tries -= 1;
    }
    Ok(())
}

fn main() {}
