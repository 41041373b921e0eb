use tonic::Status;
use tonic_scope::scoped;

async fn get() -> Result<u32, Status> {
    Ok(1)
}

struct Service;

#[scoped(timeout = "1s")]
impl Service {
    async fn get(&self) -> Result<u32, Status> {
        #[call(timeout = "2s")]
        get().await
    }

    #[scoped(timeout = "10s")]
    async fn longer(&self) -> Result<u32, Status> {
        #[call(timeout = "2s")]
        get().await
    }
}

fn main() {}
