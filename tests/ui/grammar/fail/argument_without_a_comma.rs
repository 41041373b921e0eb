use tonic_scope::scoped;

#[scoped(timeout = "2s" idle = "1s")]
async fn refresh() -> Result<(), tonic::Status> {
    Ok(())
}

fn main() {}
