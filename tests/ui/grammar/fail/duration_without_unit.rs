use tonic_scope::scoped;

#[scoped(timeout = 30)]
async fn number() -> Result<(), tonic::Status> {
    Ok(())
}

#[scoped(timeout = "30")]
async fn text() -> Result<(), tonic::Status> {
    Ok(())
}

#[scoped(timeout = 30s)]
async fn without_quotes() -> Result<(), tonic::Status> {
    Ok(())
}

fn main() {}
