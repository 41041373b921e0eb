use tonic_scope::scoped;

#[scoped(name = refresh)]
async fn refresh() -> Result<(), tonic::Status> {
    Ok(())
}

fn main() {}
