use std::thread;

use tonic::Status;
use tonic_scope::scoped;

#[scoped]
async fn f() -> Result<(), Status> {
    let thread = thread::Builder::new().name("worker".into()).spawn(|| {});
    drop(thread);
    Ok(())
}

fn main() {}
