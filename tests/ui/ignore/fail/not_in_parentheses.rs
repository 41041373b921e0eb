use tonic::Status;
use tonic_scope::scoped;

#[scoped(ignore = SearchClient)]
async fn f() -> Result<(), Status> {
    Ok(())
}

fn main() {}
