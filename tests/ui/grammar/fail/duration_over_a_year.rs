use tonic_scope::scoped;

#[scoped(timeout = "2 years")]
async fn long() -> Result<(), tonic::Status> {
    Ok(())
}

#[scoped(call_timeout = "99999999999999999999s")]
async fn overflowing() -> Result<(), tonic::Status> {
    Ok(())
}

fn main() {}
