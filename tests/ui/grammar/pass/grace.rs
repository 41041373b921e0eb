//! How long a close may take.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use std::time::Duration;

use tonic::Status;
use tonic_scope::scoped;

const LIMIT: Duration = Duration::from_millis(10);

#[scoped(timeout = "1s", grace = "50ms")]
async fn literal() -> Result<(), Status> {
    Ok(())
}

#[scoped(grace = LIMIT / 2)]
async fn constant() -> Result<(), Status> {
    Ok(())
}

struct Service {
    limit: Duration,
}

#[scoped(grace = self.limit, stream(idle = "1s", grace = "50ms"))]
impl Service {
    async fn of_the_impl(&self) -> Result<(), Status> {
        Ok(())
    }

    #[scoped(grace = self.limit * factor)]
    async fn its_own(&self, factor: u32) -> Result<(), Status> {
        Ok(())
    }
}

#[tokio::main]
async fn main() {
    literal().await.unwrap();
    constant().await.unwrap();
    let service = Service { limit: LIMIT };
    service.of_the_impl().await.unwrap();
    service.its_own(2).await.unwrap();
}
