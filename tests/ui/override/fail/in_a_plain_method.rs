use tonic::Status;
use tonic_scope::scoped;

async fn get() -> Result<u32, Status> {
    Ok(1)
}

struct Service;

#[scoped]
impl Service {
    fn later(&self) -> impl Future<Output = Result<u32, Status>> {
        async { #[call(local)] get().await }
    }
}

fn main() {}
