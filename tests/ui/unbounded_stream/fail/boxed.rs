use std::pin::Pin;

use futures::Stream;
use tonic::{Response, Status};
use tonic_scope::scoped;

#[scoped(call_timeout = "1s")]
async fn watch() -> Result<Response<Pin<Box<dyn Stream<Item = Result<(), Status>> + Send>>>, Status> {
    Ok(Response::new(Box::pin(futures::stream::empty())))
}

fn main() {}
