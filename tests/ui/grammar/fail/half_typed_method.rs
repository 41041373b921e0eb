use tonic::Status;
use tonic_scope::scoped;

struct Cache;

#[scoped]
impl Cache {
    async fn refresh(&self, dst: &str) -> Result<usize, Status> {
        dst.
    }

    async fn size(&self) -> Result<usize, Status> {
        Ok(0)
    }
}

fn main() {
    // Both are still there, and checked.
    drop(Cache.refresh(1));
    drop(Cache.size(1));
}
