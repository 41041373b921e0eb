use tonic::Status;
use tonic_scope::scoped;

async fn get() -> Result<u32, Status> {
    Ok(1)
}

#[scoped(timeout = "2s")]
async fn f() -> Result<u32, Status> {
    let sum = 1 + #[call(local)] get().await?;
    let sum = sum + (#[call(local)] get().await?);
    Ok(sum)
}

#[scoped(timeout = "2s")]
async fn g() -> Result<u32, Status> {
    let mut x = 0;
    #[call(local)]
    x = get().await?;
    #[call(local)]
    x += get().await?;
    x += #[call(local)] get().await?;
    Ok(x)
}

fn main() {}
