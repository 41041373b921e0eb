//! Fragments of `macro_rules` in the body.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use tonic::{Request, Status};
use tonic_scope::scoped;

macro_rules! handlers {
    ($($name:ident($request:ident: $input:ty) -> $output:ty, first $first:block then $value:expr)*) => {
        $(
            #[scoped(timeout = "1s")]
            async fn $name($request: $input) -> $output {
                $first
                let value = $value;
                if value.is_ok() {
                    $first
                }
                value
            }
        )*
    };
}

handlers! {
    length(request: Request<String>) -> Result<usize, Status>,
        first { tokio::task::yield_now().await; } then Ok(request.get_ref().len())
    spawned(request: Request<u32>) -> Result<u32, Status>,
        first { let task = tokio::spawn(async {}); let _ = task.await; }
        then tokio::spawn(async { 1 }).await.map(|n| n + request.into_inner()).map_err(|_| Status::internal("lost"))
}

#[tokio::main]
async fn main() {
    assert_eq!(length(Request::new("abc".into())).await.unwrap(), 3);
    assert_eq!(spawned(Request::new(1)).await.unwrap(), 2);
}
