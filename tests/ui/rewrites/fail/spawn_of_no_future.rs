use tonic::Status;
use tonic_scope::scoped;

#[scoped]
async fn f() -> Result<(), Status> {
    tokio::spawn(1).await.map_err(|_| Status::internal("lost"))
}

fn main() {}
