//! Tasks that somebody waits for, and helpers that may end with the call.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs, clippy::items_after_statements, clippy::unused_async, clippy::unused_self, clippy::let_underscore_future)]

use std::time::Duration;

use futures::stream::{BoxStream, StreamExt as _};
use tokio::sync::mpsc;
use tokio::task::{JoinSet, LocalSet};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};
use tonic_scope::{ScopedStream, scoped};

async fn work() {}

#[scoped]
async fn awaited() -> anyhow::Result<()> {
    tokio::spawn(work()).await?;
    let handle = tokio::spawn(work());
    let aborted = tokio::spawn(work()).abort_handle();
    let handles = [tokio::spawn(work()), tokio::spawn(work())];
    handle.await?;
    for handle in handles {
        handle.await?;
    }
    aborted.abort();
    Ok(())
}

#[scoped]
async fn a_named_helper() -> Result<u32, Status> {
    let (numbers, mut read) = mpsc::channel(1);
    let _producer = tokio::spawn(async move {
        for n in 0..3 {
            if numbers.send(n).await.is_err() {
                return;
            }
        }
    });
    let mut sum = 0;
    while let Some(n) = read.recv().await {
        sum += n;
    }
    Ok(sum)
}

#[scoped]
async fn detached() -> Result<(), Status> {
    tonic_scope::detach("audit", Duration::from_secs(1), work());
    Ok(())
}

/// Other spawns keep their tasks.
#[scoped]
async fn of_others() -> Result<(), Status> {
    let mut set = JoinSet::new();
    set.spawn(work());
    set.spawn(async {
        work().await;
    });
    while set.join_next().await.is_some() {}
    fn nested() {
        tokio::spawn(work());
    }
    let _ = nested;
    Ok(())
}

fn spawn(_: impl Future<Output = ()>) {}

#[scoped]
async fn of_the_users_own() -> Result<(), Status> {
    spawn(work());
    Ok(())
}

struct Handler;

#[scoped(stream(idle = "1s"))]
#[allow(clippy::unused_async)]
impl Handler {
    async fn boxed(&self, _request: Request<()>) -> Result<Response<BoxStream<'static, Result<u32, Status>>>, Status> {
        let (numbers, read) = mpsc::channel(1);
        tokio::spawn(async move { numbers.send(Ok(1)).await });
        Ok(Response::new(ReceiverStream::new(read).boxed()))
    }

    async fn without_response(&self) -> Result<ScopedStream<ReceiverStream<u32>>, Status> {
        let (numbers, read) = mpsc::channel(1);
        tokio::spawn(async move { numbers.send(1).await });
        Ok(ScopedStream::new(ReceiverStream::new(read)))
    }
}

/// What is left as written outlives the call.
#[scoped]
async fn unscoped() -> Result<(), Status> {
    #[call(unscoped)]
    tokio::spawn(work());
    let _ = #[call(unscoped)] tokio::spawn(work());
    Ok(())
}

#[scoped(allow(fire_and_forget))]
async fn as_it_is_meant() -> Result<(), Status> {
    tokio::spawn(work());
    Ok(())
}

#[tokio::main]
async fn main() {
    assert!(awaited().await.is_ok());
    assert_eq!(a_named_helper().await.unwrap(), 3);
    assert!(of_others().await.is_ok());
    LocalSet::new().run_until(of_the_users_own()).await.unwrap();
}
