//! A stream with a limit, of its own or of the impl.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use futures::stream::{BoxStream, Empty, empty};
use tonic::{Response, Status};
use tonic_scope::scoped;

type Stream = BoxStream<'static, Result<u32, Status>>;

#[scoped(idle = "30s")]
async fn idle() -> Result<Response<BoxStream<'static, Result<u32, Status>>>, Status> {
    Ok(Response::new(Box::pin(empty())))
}

#[scoped(timeout = "10m")]
async fn in_all() -> Result<Response<BoxStream<'static, Result<u32, Status>>>, Status> {
    Ok(Response::new(Box::pin(empty())))
}

#[scoped(timeout = none, allow(unbounded_stream))]
async fn as_it_is_meant() -> Result<Response<BoxStream<'static, Result<u32, Status>>>, Status> {
    Ok(Response::new(Box::pin(empty())))
}

trait Watch {
    type WatchStream;
    async fn watch(&self) -> Result<Response<Self::WatchStream>, Status>;
}

struct Service;

#[scoped(stream(idle = "30s"))]
impl Watch for Service {
    type WatchStream = Empty<Result<u32, Status>>;

    async fn watch(&self) -> Result<Response<Self::WatchStream>, Status> {
        Ok(Response::new(empty()))
    }
}

#[tokio::main]
async fn main() {
    drop::<Stream>(idle().await.unwrap().into_inner());
    drop::<Stream>(in_all().await.unwrap().into_inner());
    drop::<Stream>(as_it_is_meant().await.unwrap().into_inner());
    drop(Service.watch().await.unwrap());
}
