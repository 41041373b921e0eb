use tonic_scope::scoped;

#[scoped(timeout = "1s", reserve = "2s")]
async fn refresh() -> Result<(), tonic::Status> {
    Ok(())
}

struct Cache;

#[scoped(reserve = "1s", stream(timeout = "1s", idle = "1s", reserve = "1s"))]
impl Cache {
    #[scoped(timeout = "500ms")]
    async fn refresh(&self) -> Result<(), tonic::Status> {
        Ok(())
    }

    async fn in_time(&self) -> Result<(), tonic::Status> {
        Ok(())
    }
}

fn main() {}
