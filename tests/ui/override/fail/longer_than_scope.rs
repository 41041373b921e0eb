use tonic::Status;
use tonic_scope::scoped;

async fn get() -> Result<u32, Status> {
    Ok(1)
}

#[scoped(timeout = "2s")]
async fn f() -> Result<u32, Status> {
    let one = #[call(timeout = "3s", idle = "2s")] get().await?;
    tonic_scope::detach("later", std::time::Duration::from_secs(9), async {
        #[call(timeout = "5s")]
        get().await.map(drop)
    });
    #[call(idle = "1m")]
    get().await.map(|two| one + two)
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
