use std::thread;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{Mutex, RwLock, mpsc, oneshot};
use tokio::task;
use tonic::Status;
use tonic_scope::scoped;

#[scoped]
async fn sleeps() -> Result<(), Status> {
    std::thread::sleep(Duration::from_secs(1));
    thread::sleep(Duration::from_secs(1));
    Ok(())
}

#[scoped]
async fn blocks_on() -> Result<(), Status> {
    futures::executor::block_on(async {});
    Handle::current().block_on(async {});
    task::block_in_place(|| thread::sleep(Duration::from_secs(1)));
    Ok(())
}

#[scoped]
async fn waits(
    mut read: mpsc::Receiver<u8>,
    write: mpsc::Sender<u8>,
    done: oneshot::Receiver<()>,
    shared: &Mutex<u8>,
    table: &RwLock<u8>,
) -> Result<(), Status> {
    let _ = write.blocking_send(1);
    let _ = read.blocking_recv();
    let _ = done.blocking_recv();
    *shared.blocking_lock() += *table.blocking_read();
    *table.blocking_write() += 1;
    Ok(())
}

#[scoped]
async fn deep_inside() -> Result<(), Status> {
    let naps = [1, 2].map(|n| async move { thread::sleep(Duration::from_secs(n)) });
    for nap in naps {
        tokio::join!(nap, async { std::thread::sleep(Duration::ZERO) });
    }
    Ok(())
}

fn main() {}
