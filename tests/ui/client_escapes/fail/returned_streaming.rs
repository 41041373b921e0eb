use tonic::{Status, Streaming};
use tonic_scope::scoped;
use tonic_scope_tests::shapes::{Answer, Ask, shapes_client::ShapesClient};

#[scoped]
async fn f(peer: String) -> Result<Streaming<Answer>, Status> {
    Ok(ShapesClient::connect(peer).await?.download(Ask::default()).await?.into_inner())
}

fn main() {}
