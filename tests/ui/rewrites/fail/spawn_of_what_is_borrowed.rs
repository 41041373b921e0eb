use tonic::Status;
use tonic_scope::scoped;

#[scoped]
async fn f(text: &str) -> Result<(), Status> {
    tokio::spawn(async { drop(text.len()) }).await.map_err(|_| Status::internal("lost"))
}

fn main() {}
