use tonic_scope::scoped;

#[scoped(timeout = none, inherit = false)]
async fn refresh() -> Result<(), tonic::Status> {
    Ok(())
}

struct Cache;

#[scoped(inherit = false)]
impl Cache {
    #[scoped(timeout = none)]
    async fn refresh(&self) -> Result<(), tonic::Status> {
        Ok(())
    }
}

fn main() {}
