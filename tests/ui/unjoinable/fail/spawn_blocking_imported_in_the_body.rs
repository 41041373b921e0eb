use tonic::Status;
use tonic_scope::scoped;

#[scoped]
async fn f() -> Result<u32, Status> {
    use tokio::task::*;

    spawn_blocking(|| 1).await.map_err(|_| Status::internal("lost"))
}

fn main() {}
