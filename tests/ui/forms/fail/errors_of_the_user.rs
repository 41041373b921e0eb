// What is wrong in a body is told where it is, as without the attribute.
use std::rc::Rc;

use tonic::{Request, Status};
use tonic_scope::scoped;
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

#[scoped]
async fn wrong_value() -> Result<String, Status> {
    Ok(1)
}

#[scoped]
async fn nothing_at_the_end(request: Request<u32>) -> Result<u32, Status> {
    request.into_inner();
}

#[scoped(allow(fire_and_forget))]
async fn unknown_names() -> Result<u32, Status> {
    endpoint.connect().await;
    ShapesClient::new(channel);
    tokio::spawn(task);
    Ok(0)
}

#[scoped(allow(fire_and_forget))]
async fn not_a_task() -> Result<(), Status> {
    tokio::spawn(1);
    let local = Rc::new(1);
    tokio::spawn(async move { drop(local) });
    Ok(())
}

#[scoped]
async fn moved(request: Request<String>) -> Result<String, Status> {
    drop(request);
    Ok(request.into_inner())
}

fn main() {}
