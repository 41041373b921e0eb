use tonic_scope::scoped;

#[scoped(crate = crate::rpc)]
async fn refresh() -> Result<(), tonic::Status> {
    Ok(())
}

fn main() {}
