//! Streams that a single function can return.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use std::pin::Pin;

use futures::Stream;
use futures::stream::{BoxStream, Empty, empty};
use tonic::{Response, Status};
use tonic_scope::{ScopedStream, scoped};

type Item = Result<u32, Status>;

#[scoped(idle = "30s")]
async fn boxed() -> Result<Response<Pin<Box<dyn Stream<Item = Item> + Send>>>, Status> {
    Ok(Response::new(Box::pin(empty())))
}

#[scoped(idle = "30s")]
async fn boxed_by_alias() -> Result<Response<BoxStream<'static, Item>>, Status> {
    if false {
        return Ok(Response::new(Box::pin(futures::stream::iter([Ok(1)]))));
    }
    Ok(Response::new(Box::pin(empty())))
}

#[scoped(timeout = "10m")]
async fn scoped_stream() -> Result<Response<ScopedStream<Empty<Item>>>, Status> {
    Ok(Response::new(ScopedStream::new(empty())))
}

#[scoped(idle = "30s")]
async fn without_response() -> Result<Pin<Box<dyn Stream<Item = Item> + Send>>, Status> {
    Ok(Box::pin(empty()))
}

fn main() {}
