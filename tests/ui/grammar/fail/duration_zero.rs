use tonic_scope::scoped;

#[scoped(timeout = "0s")]
async fn refresh() -> Result<(), tonic::Status> {
    Ok(())
}

#[scoped(call_timeout = "0ms")]
async fn refresh_calls() -> Result<(), tonic::Status> {
    Ok(())
}

fn main() {}
