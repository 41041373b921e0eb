use tonic::Status;
use tonic_scope::scoped;

#[scoped(allow(unsafe_code))]
async fn f() -> Result<(), Status> {
    Ok(())
}

fn main() {}
