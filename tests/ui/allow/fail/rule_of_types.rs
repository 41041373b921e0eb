use tonic::Status;
use tonic_scope::scoped;

#[scoped(allow(fallible))]
async fn f() -> Result<(), Status> {
    Ok(())
}

fn main() {}
