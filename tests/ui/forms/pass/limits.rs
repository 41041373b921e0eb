//! Every way to state a limit.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use std::time::Duration;

use tonic::Status;
use tonic_scope::scoped;

const LIMIT: Duration = Duration::from_secs(5);

#[scoped(timeout = LIMIT, call_timeout = LIMIT / 2)]
async fn constant() -> Result<(), Status> {
    Ok(())
}

#[scoped(timeout = limit, idle = Duration::from_millis(10).max(limit),)]
async fn argument(limit: Duration) -> Result<(), Status> {
    Ok(())
}

#[scoped(timeout = none, call_timeout = "1m 30s", name = "another name")]
async fn none_of_its_own() -> Result<(), Status> {
    Ok(())
}

#[scoped(timeout = "1s", reserve = "20ms", grace = LIMIT)]
async fn kept_back() -> Result<(), Status> {
    Ok(())
}

#[scoped(inherit = false, timeout = "1y")]
async fn alone() -> Result<(), Status> {
    Ok(())
}

#[scoped()]
async fn empty() -> Result<(), Status> {
    Ok(())
}

struct Cache {
    limit: Duration,
}

#[scoped(timeout = self.limit)]
impl Cache {
    async fn refresh(&self) -> Result<(), Status> {
        Ok(())
    }

    #[scoped(timeout = "1s", inherit = true)]
    async fn refresh_soon(&mut self) -> Result<(), Status> {
        self.limit /= 2;
        Ok(())
    }
}

#[tokio::main]
async fn main() {
    constant().await.unwrap();
    argument(LIMIT).await.unwrap();
    none_of_its_own().await.unwrap();
    kept_back().await.unwrap();
    alone().await.unwrap();
    empty().await.unwrap();
    let mut cache = Cache { limit: LIMIT };
    cache.refresh().await.unwrap();
    cache.refresh_soon().await.unwrap();
}
