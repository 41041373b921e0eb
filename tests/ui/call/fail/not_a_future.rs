use tonic::Status;
use tonic_scope::scoped;

#[scoped]
async fn f() -> Result<(), Status> {
    #[call(timeout = "1s")]
    1.await;
    Ok(())
}

fn main() {}
