use tonic::Status;
use tonic_scope::scoped;

async fn work() {}

#[scoped]
async fn f() -> Result<(), Status> {
    _ = tokio::task::spawn(work());
    Ok(())
}

fn main() {}
