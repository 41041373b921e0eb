use tonic::Status;
use tonic_scope::scoped;

async fn get() -> Result<u32, Status> {
    Ok(1)
}

#[scoped]
async fn f(limit: u64) -> Result<u32, Status> {
    #[call(timeout = limit)]
    get().await
}

fn main() {}
