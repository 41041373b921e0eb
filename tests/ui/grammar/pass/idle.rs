//! The longest gap of a stream, which alone leaves it without a limit in all.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use std::time::Duration;

use futures::stream::BoxStream;
use tonic::{Response, Status};
use tonic_scope::{Scope, scoped};

fn left() -> Option<Duration> {
    Scope::current().expect("in a scope").remaining()
}

#[scoped(idle = "10s")]
async fn alone() -> Result<Response<BoxStream<'static, Result<u32, Status>>>, Status> {
    assert_eq!(left(), None);
    Ok(Response::new(Box::pin(futures::stream::empty())))
}

#[scoped(idle = Duration::from_secs(1), timeout = "1m")]
async fn beside_a_timeout() -> Result<Response<BoxStream<'static, Result<u32, Status>>>, Status> {
    assert_eq!(left(), Some(Duration::from_secs(60)));
    Ok(Response::new(Box::pin(futures::stream::empty())))
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    drop(alone().await.unwrap());
    drop(beside_a_timeout().await.unwrap());
}
