use tonic_scope::scoped;

#[scoped(reserve = "0ms")]
async fn refresh() -> Result<(), tonic::Status> {
    Ok(())
}

fn main() {}
