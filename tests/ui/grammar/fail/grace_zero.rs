use tonic_scope::scoped;

#[scoped(grace = "0ms")]
async fn refresh() -> Result<(), tonic::Status> {
    Ok(())
}

fn main() {}
