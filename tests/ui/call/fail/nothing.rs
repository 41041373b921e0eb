use tonic::Status;
use tonic_scope::scoped;

async fn get() -> Result<u32, Status> {
    Ok(1)
}

#[scoped]
async fn f() -> Result<u32, Status> {
    #[call]
    get().await
}

fn main() {}
