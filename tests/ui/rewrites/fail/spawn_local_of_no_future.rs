use tokio::task;
use tonic::Status;
use tonic_scope::scoped;

#[scoped]
async fn f() -> Result<(), Status> {
    task::spawn_local(1).await.map_err(|_| Status::internal("lost"))
}

fn main() {}
