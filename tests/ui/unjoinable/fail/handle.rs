use tokio::runtime::Handle;
use tonic::Status;
use tonic_scope::scoped;

#[scoped]
async fn f() -> Result<(), Status> {
    let _task = Handle::current().spawn(async {});
    Ok(())
}

fn main() {}
