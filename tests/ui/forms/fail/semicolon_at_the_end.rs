use tonic::{Request, Status};
use tonic_scope::scoped;

#[scoped]
async fn f(request: Request<u32>) -> Result<u32, Status> {
    Ok(request.into_inner());
}

#[scoped]
async fn g() -> Result<u32, Status> {
    Ok(1);
}

fn main() {}
