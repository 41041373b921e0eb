use futures::stream::{Empty, empty};
use tonic::Response;
use tonic_scope::scoped;

struct Refused;

trait Greeter {
    type WatchStream;
    fn watch(&self) -> impl Future<Output = Result<Response<Self::WatchStream>, Refused>>;
}

struct MyGreeter;

#[scoped(stream(idle = "30s"))]
impl Greeter for MyGreeter {
    type WatchStream = Empty<Result<(), tonic::Status>>;

    async fn watch(&self) -> Result<Response<Self::WatchStream>, Refused> {
        Ok(Response::new(empty()))
    }
}

fn main() {}
