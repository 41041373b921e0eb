use tonic_scope::scoped;

#[scoped(timeout("2s"))]
async fn refresh() -> Result<(), tonic::Status> {
    Ok(())
}

fn main() {}
