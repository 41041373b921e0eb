use tonic_scope::scoped;

#[scoped(timeout = "-2s")]
async fn text() -> Result<(), tonic::Status> {
    Ok(())
}

#[scoped(timeout = -2)]
async fn number() -> Result<(), tonic::Status> {
    Ok(())
}

fn main() {}
