//! A message may be called a stream without being one.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use tonic::{Response, Status};
use tonic_scope::scoped;

struct VideoStream;

#[scoped]
async fn video() -> Result<Response<VideoStream>, Status> {
    Ok(Response::new(VideoStream))
}

fn main() {}
