use tokio::sync::OnceCell;
use tonic::Status;
use tonic::transport::Channel;
use tonic_scope::{Scoped, scoped};
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

static CLIENT: OnceCell<ShapesClient<Scoped<Channel>>> = OnceCell::const_new();

#[scoped]
async fn f(peer: String) -> Result<(), Status> {
    CLIENT.get_or_try_init(async || ShapesClient::connect(peer.clone()).await).await?;
    Ok(())
}

fn main() {}
