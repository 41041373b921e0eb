use tonic_scope::scoped;

#[scoped(timeout = "10s", idle = "30s")]
async fn refresh() -> Result<(), tonic::Status> {
    Ok(())
}

struct Cache;

#[scoped(timeout = "10s")]
impl Cache {
    #[scoped(idle = "1m")]
    async fn refresh(&self) -> Result<(), tonic::Status> {
        Ok(())
    }
}

fn main() {}
