use tokio::task::{self, JoinHandle};
use tonic::Status;
use tonic_scope::scoped;

async fn work() {}

#[scoped]
async fn f() -> Result<(), Status> {
    let _: JoinHandle<()> = task::spawn(work());
    Ok(())
}

fn main() {}
