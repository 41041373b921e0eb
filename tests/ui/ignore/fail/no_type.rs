use tonic::Status;
use tonic_scope::scoped;

#[scoped(ignore)]
async fn f() -> Result<(), Status> {
    Ok(())
}

fn main() {}
