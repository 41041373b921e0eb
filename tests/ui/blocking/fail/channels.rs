use tokio::sync::{mpsc, oneshot};
use tonic::Status;
use tonic_scope::scoped;

#[scoped]
async fn f(write: mpsc::Sender<u8>, mut read: mpsc::Receiver<u8>, done: oneshot::Receiver<()>) -> Result<(), Status> {
    let _ = write.blocking_send(1);
    let _ = read.blocking_recv();
    let _ = done.blocking_recv();
    Ok(())
}

fn main() {}
