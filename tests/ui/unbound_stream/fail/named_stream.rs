use futures::stream::{Empty, empty};
use tonic::{Response, Status};
use tonic_scope::scoped;

#[scoped(idle = "30s")]
async fn watch() -> Result<Response<Empty<Result<(), Status>>>, Status> {
    Ok(Response::new(empty()))
}

fn main() {}
