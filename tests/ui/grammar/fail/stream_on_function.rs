use tonic_scope::scoped;

#[scoped(stream(idle = "30s"))]
async fn refresh() -> Result<(), tonic::Status> {
    Ok(())
}

struct Cache;

#[scoped(stream(idle = "30s"))]
impl Cache {
    #[scoped(stream(idle = "10s"))]
    async fn refresh(&self) -> Result<(), tonic::Status> {
        Ok(())
    }
}

fn main() {}
