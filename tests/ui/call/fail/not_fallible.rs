use tonic::Status;
use tonic_scope::scoped;

async fn one() -> u32 {
    1
}

#[scoped]
async fn f() -> Result<u32, Status> {
    let one = #[call(timeout = "1s")] one().await;
    Ok(one)
}

fn main() {}
