use tonic::Status;
use tonic_scope::scoped;

async fn get() -> Result<u32, Status> {
    Ok(1)
}

#[scoped]
async fn f() -> Result<u32, Status> {
    #[call(unscoped, timeout = "1s")]
    tokio::spawn(get()).await.map_err(|_| Status::internal("lost"))?
}

fn main() {}
