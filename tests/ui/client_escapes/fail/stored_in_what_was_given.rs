use tonic::Status;
use tonic::transport::Channel;
use tonic_scope::{Scoped, scoped};
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

#[scoped]
async fn f(slot: &mut Option<ShapesClient<Scoped<Channel>>>) -> Result<(), Status> {
    *slot = ShapesClient::connect("http://a").await.ok();
    Ok(())
}

fn main() {}
