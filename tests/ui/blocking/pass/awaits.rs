//! What waits without blocking, and what may block where it is.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs, clippy::items_after_statements, clippy::unused_async, clippy::unused_self)]

use std::time::Duration;

use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::time::sleep;
use tonic::Status;
use tonic_scope::scoped;

struct Client;

impl Client {
    /// A method of a service may have any name.
    async fn blocking_send(&mut self, text: &str) -> Result<usize, Status> {
        tokio::task::yield_now().await;
        Ok(text.len())
    }
}

#[scoped]
async fn waits(
    mut read: mpsc::Receiver<u8>,
    write: mpsc::Sender<u8>,
    done: oneshot::Receiver<()>,
    shared: &Mutex<u8>,
) -> Result<usize, Status> {
    sleep(Duration::ZERO).await;
    let _ = write.send(1).await;
    let _ = read.recv().await;
    let _ = done.await;
    *shared.lock().await += 1;
    Client.blocking_send("a").await
}

/// On a thread of its own, which is another rule's.
#[scoped(allow(unjoinable))]
async fn on_another_thread() -> anyhow::Result<()> {
    tokio::task::spawn_blocking(|| std::thread::sleep(Duration::ZERO)).await?;
    tokio::task::spawn_blocking(|| {
        tokio::runtime::Handle::current().block_on(async {});
    })
    .await?;
    Ok(())
}

#[scoped]
async fn nested() -> Result<(), Status> {
    fn nap() {
        std::thread::sleep(Duration::ZERO);
    }
    let _ = nap;
    Ok(())
}

#[scoped(allow(blocking))]
async fn as_it_is_meant() -> Result<(), Status> {
    std::thread::sleep(Duration::ZERO);
    Ok(())
}

#[tokio::main]
async fn main() {
    let (write, read) = mpsc::channel(1);
    let (_, done) = oneshot::channel();
    assert_eq!(waits(read, write, done, &Mutex::new(1)).await.unwrap(), 1);
    assert!(on_another_thread().await.is_ok());
    assert!(as_it_is_meant().await.is_ok());
}
