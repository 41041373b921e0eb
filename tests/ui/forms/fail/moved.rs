use tonic::{Request, Status};
use tonic_scope::scoped;

#[scoped]
async fn f(request: Request<String>) -> Result<String, Status> {
    drop(request);
    Ok(request.into_inner())
}

fn main() {}
