use tonic_scope::scoped;

#[scoped(timout = "2s")]
async fn refresh() -> Result<(), tonic::Status> {
    Ok(())
}

fn main() {}
