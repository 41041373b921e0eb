use std::mem::{self, ManuallyDrop};

use tonic::Status;
use tonic_scope::scoped;
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

#[scoped]
async fn forgets(peer: String) -> Result<(), Status> {
    let client = ShapesClient::connect(peer).await?;
    mem::forget(client.clone());
    std::mem::forget(client);
    Ok(())
}

#[scoped]
async fn leaks(peer: String) -> Result<&'static str, Status> {
    Ok(Box::leak(peer.into_boxed_str()))
}

#[scoped]
async fn never_drops(peer: String) -> Result<(), Status> {
    let client = ManuallyDrop::new(ShapesClient::connect(peer).await?);
    let other = std::mem::ManuallyDrop::new(client);
    drop(other);
    Ok(())
}

#[scoped]
async fn by_name(tasks: Vec<tokio::task::JoinHandle<()>>) -> Result<(), Status> {
    tasks.into_iter().for_each(mem::forget);
    Ok(())
}

fn main() {}
