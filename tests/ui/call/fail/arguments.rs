use tonic::Status;
use tonic_scope::scoped;

async fn get() -> Result<u32, Status> {
    Ok(1)
}

#[scoped]
async fn f() -> Result<u32, Status> {
    #[call]
    get().await?;
    #[call = "1s"]
    get().await?;
    #[call(timout = "1s", retries = 3)]
    get().await?;
    #[call(timeout = "1s", timeout = "2s")]
    get().await?;
    #[call(timeout = none)]
    get().await?;
    #[call(timeout = 50, idle = "-1s", reserve = "0")]
    get().await?;
    #[call(local = true)]
    get().await?;
    #[call(local, reserve = "1ms")]
    get().await?;
    #[call(timeout = "1s", idle = "2s", reserve = "1s")]
    get().await?;
    #[call(unscoped, timeout = "1s")]
    tokio::spawn(get()).await.map_err(|error| Status::internal(error.to_string()))?
}

fn main() {}
