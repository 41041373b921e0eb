use tonic::Status;
use tonic::transport::Channel;
use tonic_scope::{Scoped, scoped};
use tonic_scope_tests::shapes::{Answer, Ask, shapes_client::ShapesClient};

#[scoped]
async fn f(shapes: &ShapesClient<Scoped<Channel>>) -> Result<tonic::Streaming<Answer>, Status> {
    Ok(shapes.clone().download(Ask::default()).await?.into_inner())
}

fn main() {}
