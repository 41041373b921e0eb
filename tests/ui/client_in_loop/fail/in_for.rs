use tonic::Status;
use tonic_scope::scoped;
use tonic_scope_tests::shapes::{Ask, shapes_client::ShapesClient};

#[scoped]
async fn f(peers: Vec<String>) -> Result<(), Status> {
    for peer in peers {
        let mut client = ShapesClient::connect(peer).await?;
        client.unary(Ask::default()).await?;
    }
    Ok(())
}

fn main() {}
