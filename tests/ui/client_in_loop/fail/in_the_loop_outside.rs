use tonic::Status;
use tonic_scope::scoped;
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

#[scoped]
async fn f(peers: Vec<Vec<String>>) -> Result<(), Status> {
    for peers in peers {
        for peer in peers {
            drop(ShapesClient::connect(peer).await?);
            break;
        }
    }
    Ok(())
}

fn main() {}
