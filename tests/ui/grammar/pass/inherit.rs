//! The deadline of the caller counts, unless it is said not to.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use std::time::Duration;

use tonic::{Request, Status};
use tonic_scope::{Scope, scoped};

#[scoped(timeout = "1m", inherit = true)]
async fn inherits(_: Request<u32>) -> Result<bool, Status> {
    Ok(Scope::current().and_then(|it| it.remaining()) < Some(Duration::from_secs(6)))
}

#[scoped(timeout = "1m", inherit = false)]
async fn starts_anew(_request: Request<u32>) -> Result<bool, Status> {
    Ok(Scope::current().and_then(|it| it.remaining()) > Some(Duration::from_secs(6)))
}

fn request() -> Request<u32> {
    let mut request = Request::new(1);
    request.set_timeout(Duration::from_secs(5));
    request
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    assert!(inherits(request()).await.unwrap());
    assert!(starts_anew(request()).await.unwrap());
}
