use tonic_scope::scoped;

#[scoped(timeout)]
async fn refresh() -> Result<(), tonic::Status> {
    Ok(())
}

fn main() {}
