use futures::future::join_all;
use tonic::Status;
use tonic_scope::scoped;
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

#[scoped]
async fn f(peers: Vec<String>) -> Result<(), Status> {
    let all = peers.into_iter().map(|peer| ShapesClient::connect(peer));
    join_all(all).await;
    Ok(())
}

fn main() {}
