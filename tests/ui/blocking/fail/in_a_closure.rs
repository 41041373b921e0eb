use std::thread;
use std::time::Duration;

use tonic::Status;
use tonic_scope::scoped;

#[scoped]
async fn f() -> Result<(), Status> {
    let naps = [1, 2].map(|n| async move { thread::sleep(Duration::from_secs(n)) });
    futures::future::join_all(naps).await;
    Ok(())
}

fn main() {}
