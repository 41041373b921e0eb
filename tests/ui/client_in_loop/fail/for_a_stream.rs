use futures::{StreamExt, stream};
use tonic::Status;
use tonic_scope::scoped;
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

#[scoped]
async fn f(peers: Vec<String>) -> Result<(), Status> {
    stream::iter(peers)
        .for_each_concurrent(4, |peer| async move {
            let _ = ShapesClient::connect(peer).await;
        })
        .await;
    Ok(())
}

fn main() {}
