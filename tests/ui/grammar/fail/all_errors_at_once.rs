use tonic::{Request, Response, Status};
use tonic_scope::scoped;

pub trait Greeter {
    type WatchStream;
    fn hello(&self) -> impl Future<Output = Result<Response<()>, Status>>;
    fn watch(&self, topic: Request<()>) -> impl Future<Output = Result<Response<Self::WatchStream>, Status>>;
}

struct MyGreeter;

#[scoped(timout = "2s", call_timeout = "0s")]
impl Greeter for MyGreeter {
    type WatchStream = futures::stream::Empty<Result<(), Status>>;

    #[scoped(idle = 3)]
    async fn hello(&self) -> Result<Response<()>, Status> {
        Ok(Response::new(()))
    }

    async fn watch(&self, _: Request<()>) -> Result<Response<Self::WatchStream>, Status> {
        Ok(Response::new(futures::stream::empty()))
    }
}

fn main() {
    // The impl is still there.
    let _ = MyGreeter.hello();
}
