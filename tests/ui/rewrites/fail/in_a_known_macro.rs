use tonic::Status;
use tonic_scope::scoped;

#[scoped]
async fn f() -> Result<(), Status> {
    tokio::try_join!(tokio::spawn(1)).map_err(|_| Status::internal("lost"))?;
    Ok(())
}

fn main() {}
