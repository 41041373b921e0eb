//! A limit that the peer is not told.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use std::time::Duration;

use tonic::Status;
use tonic_scope::scoped;

const LIMIT: Duration = Duration::from_millis(500);

async fn get() -> Result<u32, Status> {
    tokio::task::yield_now().await;
    Ok(1)
}

#[scoped(timeout = "2s", call_timeout = "100ms")]
async fn f(limit: Duration) -> Result<u32, Status> {
    let one = #[call(local)] get().await?;
    #[call(local, timeout = "1s")]
    let two = get().await?;
    #[call(timeout = limit, local)]
    get().await.map(|three| one + two + three)
}

#[tokio::main]
async fn main() {
    assert_eq!(f(LIMIT).await.unwrap(), 3);
}
