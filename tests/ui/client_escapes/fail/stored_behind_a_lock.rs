use std::sync::Mutex;

use tonic::Status;
use tonic::transport::Channel;
use tonic_scope::{Scoped, scoped};
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

static SLOT: Mutex<Option<ShapesClient<Scoped<Channel>>>> = Mutex::new(None);

#[scoped]
async fn f(peer: String) -> Result<(), Status> {
    *SLOT.lock().unwrap() = Some(ShapesClient::connect(peer.clone()).await?);
    Ok(())
}

fn main() {}
