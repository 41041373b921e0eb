use tonic_scope::scoped;

struct Cache;

#[scoped]
impl Cache {
    #[scoped(crate = "tonic_scope")]
    async fn refresh(&self) -> Result<(), tonic::Status> {
        Ok(())
    }
}

fn main() {}
