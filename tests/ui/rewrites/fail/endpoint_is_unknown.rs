use tonic::Status;
use tonic_scope::scoped;

#[scoped]
async fn f() -> Result<(), Status> {
    endpoint.connect().await?;
    Ok(())
}

fn main() {}
