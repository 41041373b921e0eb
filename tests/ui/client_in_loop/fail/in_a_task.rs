use tonic::Status;
use tonic_scope::scoped;
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

#[scoped]
async fn f(peers: Vec<String>) -> Result<(), Status> {
    let mut tasks = Vec::new();
    for peer in peers {
        tasks.push(tokio::spawn(async move { ShapesClient::connect(peer).await.map(drop) }));
    }
    futures::future::join_all(tasks).await;
    Ok(())
}

fn main() {}
