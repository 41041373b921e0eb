//! Limits of the streaming methods of an impl.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use std::time::Duration;

use futures::stream::{Empty, empty};
use tonic::{Response, Status};
use tonic_scope::{Scope, scoped};

fn left() -> Option<Duration> {
    Scope::current().expect("in a scope").remaining()
}

trait Watch {
    type WatchStream;
    async fn hello(&self) -> Result<Response<Option<Duration>>, Status>;
    async fn watch(&self) -> Result<Response<Self::WatchStream>, Status>;
}

struct Service;

#[scoped(timeout = "2s", call_timeout = "1s", stream(timeout = "1h", idle = "30s", call_timeout = "1s", reserve = "5ms", grace = "1s"))]
impl Watch for Service {
    type WatchStream = Empty<Result<u32, Status>>;

    async fn hello(&self) -> Result<Response<Option<Duration>>, Status> {
        Ok(Response::new(left()))
    }

    async fn watch(&self) -> Result<Response<Self::WatchStream>, Status> {
        assert_eq!(left(), Some(Duration::from_secs(3600)));
        Ok(Response::new(empty()))
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert_eq!(Service.hello().await.unwrap().into_inner(), Some(Duration::from_secs(2)));
    drop(Service.watch().await.unwrap());
}
