use tonic::Status;
use tonic_scope::scoped;

#[scoped]
async fn f() -> Result<(), Status> {
    futures::executor::block_on(async {});
    Ok(())
}

fn main() {}
