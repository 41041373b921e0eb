use tonic::Status;
use tonic::transport::Channel;
use tonic_scope::scoped;
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

#[scoped]
async fn f(peer: String) -> Result<(), Status> {
    let client: ShapesClient<Channel> = ShapesClient::connect(peer).await?;
    drop(client);
    Ok(())
}

fn main() {}
