use tokio::task;
use tonic::Status;
use tonic_scope::scoped;

async fn work() {}

#[scoped]
async fn f() -> Result<(), Status> {
    drop(tokio::spawn(work()));
    std::mem::drop(task::spawn_local(work()));
    Ok(())
}

fn main() {}
