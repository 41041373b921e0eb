use futures::stream::{Empty, empty};
use tonic::{Response, Status};
use tonic_scope::scoped;

trait Greeter {
    type WatchStream;
    fn watch(&self) -> impl Future<Output = Result<Response<Self::WatchStream>, Status>>;
}

struct MyGreeter;

#[scoped]
impl Greeter for MyGreeter {
    type WatchStream = Empty<Result<(), Status>>;

    #[scoped(timeout = none)]
    async fn watch(&self) -> Result<Response<Self::WatchStream>, Status> {
        Ok(Response::new(empty()))
    }
}

fn main() {}
