use std::pin::Pin;

use futures::Stream;
use tonic::{Response, Status};
use tonic_scope::scoped;

#[tonic::async_trait]
trait Greeter {
    type WatchStream;
    async fn watch(&self) -> Result<Response<Self::WatchStream>, Status>;
}

struct MyGreeter;

#[tonic::async_trait]
impl Greeter for MyGreeter {
    type WatchStream = Pin<Box<dyn Stream<Item = Result<(), Status>> + Send>>;

    #[scoped]
    async fn watch(&self) -> Result<Response<Self::WatchStream>, Status> {
        Ok(Response::new(Box::pin(futures::stream::empty())))
    }
}

fn main() {}
