use tonic::Status;
use tonic_scope::scoped;

async fn get() -> Result<u32, Status> {
    Ok(1)
}

#[scoped(timeout = "2s")]
async fn f() -> Result<u32, Status> {
    match get().await {
        Ok(one) => Ok(one + 1),
        #[call(local)]
        Err(_) => get().await,
    }
}

fn main() {}
