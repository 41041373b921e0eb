use futures::{Stream, StreamExt};
use tonic::Status;
use tonic_scope::scoped;
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

#[scoped]
async fn f(peers: impl Stream<Item = String>) -> Result<(), Status> {
    peers
        .map(|peer| async move { ShapesClient::connect(peer).await.is_ok() })
        .buffer_unordered(4)
        .count()
        .await;
    Ok(())
}

fn main() {}
