use tonic::Status;
use tonic_scope::scoped;

async fn get() -> u32 {
    1
}

#[scoped]
async fn f() -> Result<u32, Status> {
    let one = #[call(timeout = "1s")] get().await;
    #[call(timeout = "1s")]
    1.await;
    #[call(timeout = "1s")]
    std::future::ready(Err::<u32, u32>(one)).await;
    Ok(1)
}

fn main() {}
