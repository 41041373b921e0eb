use futures::future::join_all;
use tonic::Status;
use tonic_scope::scoped;
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

#[scoped]
async fn f(peers: Vec<String>) -> Result<(), Status> {
    join_all(peers.into_iter().map(ShapesClient::connect)).await;
    Ok(())
}

fn main() {}
