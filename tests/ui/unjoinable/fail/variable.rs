use tokio::runtime::Handle;
use tonic::Status;
use tonic_scope::scoped;

#[scoped]
async fn f() -> Result<(), Status> {
    let handle = Handle::current();
    let _task = handle.spawn(async {});
    Ok(())
}

fn main() {}
