use futures::Stream;
use tonic::{Response, Status};
use tonic_scope::scoped;

#[scoped(idle = "30s")]
async fn watch() -> Result<Response<impl Stream<Item = Result<(), Status>>>, Status> {
    Ok(Response::new(futures::stream::empty()))
}

fn main() {}
