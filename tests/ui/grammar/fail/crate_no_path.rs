use tonic_scope::scoped;

#[scoped(crate = "a b")]
async fn refresh() -> Result<(), tonic::Status> {
    Ok(())
}

fn main() {}
