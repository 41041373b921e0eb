use std::thread;
use std::time::Duration;

use tonic::Status;
use tonic_scope::scoped;

#[scoped]
async fn f() -> Result<(), Status> {
    tokio::join!(async {}, async { thread::sleep(Duration::from_secs(1)) });
    Ok(())
}

fn main() {}
