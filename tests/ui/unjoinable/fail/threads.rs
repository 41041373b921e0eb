use std::thread;

use tokio::runtime::Handle;
use tokio::task;
use tonic::Status;
use tonic_scope::scoped;

#[scoped]
async fn of_std() -> Result<(), Status> {
    std::thread::spawn(|| {});
    let thread = thread::spawn(|| {});
    drop(thread);
    thread::Builder::new().name("a".into()).spawn(|| {}).ok();
    Ok(())
}

#[scoped]
async fn of_tokio() -> Result<(), Status> {
    let _ = tokio::task::spawn_blocking(|| {}).await;
    let _ = task::spawn_blocking(|| {}).await;
    let _ = Handle::current().spawn_blocking(|| {}).await;
    Ok(())
}

fn main() {}
