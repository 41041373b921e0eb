//! What is dropped, or not leaked here.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs, clippy::items_after_statements, clippy::unused_async, clippy::unused_self)]

use std::mem;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tonic::Status;
use tonic_scope::scoped;

struct Cache;

impl Cache {
    fn forget(&self, _: &str) {}
    fn leak(&self) {}
}

fn forget(_: &str) {}

#[scoped]
async fn replaces(names: &mut Vec<String>) -> Result<usize, Status> {
    let old = mem::take(names);
    let size = old.len();
    drop(old);
    Ok(size + mem::replace(names, vec!["a".into()]).len())
}

#[scoped]
async fn methods_of_that_name(cache: Arc<Cache>, semaphore: Arc<Semaphore>) -> Result<(), Status> {
    cache.forget("a");
    cache.leak();
    forget("a");
    if let Ok(permit) = semaphore.acquire().await {
        permit.forget();
    }
    fn nested() -> &'static u8 {
        Box::leak(Box::new(1))
    }
    let _ = nested();
    Ok(())
}

#[scoped(allow(leaked))]
async fn as_it_is_meant() -> Result<&'static u8, Status> {
    Ok(Box::leak(Box::new(1)))
}

#[tokio::main]
async fn main() {
    assert!(replaces(&mut vec!["b".into()]).await.is_ok());
    assert!(methods_of_that_name(Arc::new(Cache), Arc::new(Semaphore::new(1))).await.is_ok());
    assert!(as_it_is_meant().await.is_ok());
}
