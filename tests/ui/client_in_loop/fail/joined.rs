use futures::future::join_all;
use tonic::Status;
use tonic_scope::scoped;
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

#[scoped]
async fn f(peers: impl Iterator<Item = String>) -> Result<(), Status> {
    join_all(peers.map(|peer| ShapesClient::connect(peer))).await;
    Ok(())
}

fn main() {}
