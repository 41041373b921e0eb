use futures::stream::{Empty, empty};
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
    type WatchStream = Empty<Result<(), Status>>;

    #[scoped(idle = "30s")]
    async fn watch(&self) -> Result<Response<Self::WatchStream>, Status> {
        Ok(Response::new(empty()))
    }
}

fn main() {}
