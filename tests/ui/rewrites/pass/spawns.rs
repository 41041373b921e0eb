//! Spawned tasks.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use tokio::task::{self, JoinHandle};
use tonic::Status;
use tonic_scope::scoped;

async fn double(n: u32) -> u32 {
    task::yield_now().await;
    n * 2
}

#[scoped]
async fn spawns() -> anyhow::Result<u32> {
    let first: JoinHandle<u32> = tokio::spawn(double(1));
    let second = task::spawn(async { tokio::task::spawn(double(2)).await });
    let others: Vec<_> = [3, 4].into_iter().map(double).map(tokio::spawn).collect();
    let mut sum = first.await? + second.await??;
    for other in others {
        sum += other.await?;
    }
    Ok(sum)
}

#[scoped]
async fn spawns_local() -> Result<u32, Status> {
    let one = std::rc::Rc::new(1);
    let task = task::spawn_local(async move { *one });
    task.await.map_err(|error| Status::internal(error.to_string()))
}

#[scoped]
async fn borrows_in_closures() -> anyhow::Result<Vec<u32>> {
    let mut all = vec![];
    let spawn_double = |n| tokio::spawn(double(n));
    for n in 0..3 {
        all.push(spawn_double(n).await?);
    }
    Ok(all)
}

#[tokio::main]
async fn main() {
    assert_eq!(spawns().await.unwrap(), 20);
    assert_eq!(task::LocalSet::new().run_until(spawns_local()).await.unwrap(), 1);
    assert_eq!(borrows_in_closures().await.unwrap(), [0, 2, 4]);
}
