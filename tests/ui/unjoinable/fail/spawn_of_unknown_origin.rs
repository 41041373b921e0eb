use tokio::spawn;
use tonic::Status;
use tonic_scope::scoped;

#[scoped]
async fn f() -> Result<(), Status> {
    let _task = spawn(async {});
    Ok(())
}

fn main() {}
