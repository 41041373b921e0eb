use tonic_scope::scoped;

#[scoped(name = "")]
async fn refresh() -> Result<(), tonic::Status> {
    Ok(())
}

#[scoped(name = refresh)]
async fn refresh_by_path() -> Result<(), tonic::Status> {
    Ok(())
}

fn main() {}
