//! The limit in all, in each way to state it.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use std::time::Duration;

use tonic::Status;
use tonic_scope::{Scope, scoped};

const LIMIT: Duration = Duration::from_secs(5);

fn left() -> Option<Duration> {
    Scope::current().expect("in a scope").remaining()
}

#[scoped(timeout = "1m 30s")]
async fn literal() -> Result<Option<Duration>, Status> {
    Ok(left())
}

#[scoped(timeout = LIMIT * 2)]
async fn constant() -> Result<Option<Duration>, Status> {
    Ok(left())
}

#[scoped(timeout = limit)]
async fn argument(limit: Duration) -> Result<Option<Duration>, Status> {
    Ok(left())
}

#[scoped(timeout = none)]
async fn none() -> Result<Option<Duration>, Status> {
    Ok(left())
}

#[scoped]
async fn default() -> Result<Option<Duration>, Status> {
    Ok(left())
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(literal().await.unwrap(), Some(Duration::from_secs(90)));
    assert_eq!(constant().await.unwrap(), Some(LIMIT * 2));
    assert_eq!(argument(LIMIT).await.unwrap(), Some(LIMIT));
    assert_eq!(none().await.unwrap(), None);
    assert_eq!(default().await.unwrap(), Some(Duration::from_secs(30)));
}
