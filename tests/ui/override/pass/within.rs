//! Limits of calls within those of the scope.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use std::time::Duration;

use tonic::Status;
use tonic_scope::scoped;

const LONG: Duration = Duration::from_secs(60);

async fn get() -> Result<u32, Status> {
    tokio::task::yield_now().await;
    Ok(1)
}

#[scoped(timeout = "2s", call_timeout = "100ms")]
async fn longer_than_other_calls() -> Result<u32, Status> {
    #[call(timeout = "2s")]
    get().await
}

#[scoped(timeout = LONG)]
async fn not_to_be_compared() -> Result<u32, Status> {
    #[call(timeout = "90s")]
    get().await
}

#[scoped(timeout = "2s")]
async fn of_another_scope() -> Result<(), Status> {
    tonic_scope::detach("later", LONG, async {
        #[call(timeout = "30s")]
        get().await.map(drop)
    });
    Ok(())
}

#[scoped(timeout = "1s", allow(override))]
async fn as_it_is_meant() -> Result<u32, Status> {
    #[call(timeout = "1m")]
    get().await
}

#[tokio::main]
async fn main() {
    longer_than_other_calls().await.unwrap();
    not_to_be_compared().await.unwrap();
    of_another_scope().await.unwrap();
    as_it_is_meant().await.unwrap();
}
