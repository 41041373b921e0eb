use tonic::Status;
use tonic_scope::scoped;

async fn work() {}

#[scoped]
async fn f() -> Result<(), Status> {
    use tokio::spawn;

    spawn(work());
    Ok(())
}

fn main() {}
