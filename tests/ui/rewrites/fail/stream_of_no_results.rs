use tonic::{Response, Status};
use tonic_scope::scoped;

struct Service;

trait Watch {
    type WatchStream;
    async fn watch(&self) -> Result<Response<Self::WatchStream>, Status>;
}

#[scoped(stream(idle = "1s"))]
impl Watch for Service {
    type WatchStream = u32;

    async fn watch(&self) -> Result<Response<Self::WatchStream>, Status> {
        Ok(Response::new(1))
    }
}

fn main() {}
