use tonic::Status;
use tonic_scope::scoped;

async fn get() -> Result<u32, Status> {
    Ok(1)
}

#[scoped(timeout = "2s")]
async fn f() -> Result<u32, Status> {
    #[call(unscoped)]
    get().await
}

fn main() {}
