use tonic_scope::scoped;

#[scoped(timeout = "2s", idle = "1s", timeout = "3s")]
async fn refresh() -> Result<(), tonic::Status> {
    Ok(())
}

fn main() {}
