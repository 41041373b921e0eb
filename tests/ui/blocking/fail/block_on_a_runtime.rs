use tokio::runtime::Handle;
use tonic::Status;
use tonic_scope::scoped;

#[scoped]
async fn f() -> Result<(), Status> {
    Handle::current().block_on(async {});
    Ok(())
}

fn main() {}
