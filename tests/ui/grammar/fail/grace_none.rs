use tonic_scope::scoped;

#[scoped(grace = none)]
async fn refresh() -> Result<(), tonic::Status> {
    Ok(())
}

fn main() {}
