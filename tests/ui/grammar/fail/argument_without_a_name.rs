use tonic_scope::scoped;

#[scoped("2s")]
async fn refresh() -> Result<(), tonic::Status> {
    Ok(())
}

fn main() {}
