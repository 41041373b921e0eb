use futures::stream::{Empty, empty};
use tonic::{Response, Status};
use tonic_scope::scoped;

trait Greeter {
    type WatchStream;
    fn watch(&self) -> impl Future<Output = Result<Response<Self::WatchStream>, Status>>;
}

struct MyGreeter;

// The impl's `timeout` is of its unary methods.
#[scoped(timeout = "2s", stream(call_timeout = "1s"))]
impl Greeter for MyGreeter {
    type WatchStream = Empty<Result<(), Status>>;

    async fn watch(&self) -> Result<Response<Self::WatchStream>, Status> {
        Ok(Response::new(empty()))
    }
}

fn main() {}
