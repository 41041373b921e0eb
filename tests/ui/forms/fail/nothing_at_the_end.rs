use tonic::{Request, Status};
use tonic_scope::scoped;

#[scoped]
async fn f(request: Request<u32>) -> Result<u32, Status> {
    request.into_inner();
}

fn main() {}
