use tonic_scope::scoped;

#[scoped(timeout = "2 parsecs")]
async fn unit() -> Result<(), tonic::Status> {
    Ok(())
}

#[scoped(timeout = "soon")]
async fn word() -> Result<(), tonic::Status> {
    Ok(())
}

#[scoped(timeout = true)]
async fn boolean() -> Result<(), tonic::Status> {
    Ok(())
}

fn main() {}
