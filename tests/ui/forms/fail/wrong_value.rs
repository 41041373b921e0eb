use tonic::Status;
use tonic_scope::scoped;

#[scoped]
async fn f() -> Result<String, Status> {
    Ok(1)
}

fn main() {}
