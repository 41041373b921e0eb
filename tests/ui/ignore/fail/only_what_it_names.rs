use tonic::Status;
use tonic_scope::scoped;
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

#[scoped(ignore(SearchClient))]
async fn f(peers: Vec<String>) -> Result<(), Status> {
    for peer in peers {
        drop(ShapesClient::connect(peer).await?);
    }
    Ok(())
}

fn main() {}
