use tonic_scope::scoped;

const LIMIT: u64 = 30;

#[scoped(timeout = LIMIT)]
async fn refresh() -> Result<(), tonic::Status> {
    Ok(())
}

fn main() {}
