use tonic_scope::scoped;

#[scoped(name = "")]
async fn refresh() -> Result<(), tonic::Status> {
    Ok(())
}

fn main() {}
