use tonic::{Request, Response, Status};
use tonic_scope::scoped;

struct Handler;

#[scoped(stream(idle = "1s"))]
impl Handler {
    async fn hello(&self, _request: Request<()>) -> Result<Response<()>, Status> {
        tokio::spawn(async {});
        Ok(Response::new(()))
    }
}

fn main() {}
