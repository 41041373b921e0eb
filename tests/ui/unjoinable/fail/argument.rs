use tonic::Status;
use tonic_scope::scoped;

#[scoped]
async fn f(other: &tokio::runtime::Handle) -> Result<(), Status> {
    let _task = other.spawn(async {});
    Ok(())
}

fn main() {}
