//! An argument that is used does not warn, wherever it is used.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use std::time::Duration;

use tonic::{Request, Status};
use tonic_scope::scoped;

struct Pair(u32, u32);

#[scoped(timeout = limit)]
async fn in_a_limit(limit: Duration) -> Result<(), Status> {
    Ok(())
}

#[scoped]
async fn in_a_macro(n: u32, m: &str) -> Result<String, Status> {
    Ok(format!("{n} {}", m.len()))
}

#[scoped]
async fn in_a_closure(n: u32, mut m: u32) -> Result<u32, Status> {
    let mut add = || m += n;
    add();
    Ok(m)
}

#[scoped]
async fn in_parts(Pair(a, _): Pair, (mut b, _c): (u32, u32), [.., d]: [u32; 2]) -> Result<u32, Status> {
    b += a;
    Ok(b + d)
}

#[scoped]
async fn not_at_all(_: Request<u32>, _n: u32) -> Result<(), Status> {
    Ok(())
}

#[scoped]
#[allow(unused_variables)]
async fn allowed(n: u32) -> Result<(), Status> {
    Ok(())
}

#[scoped]
async fn allowed_for_one(#[allow(unused_variables)] n: u32, m: u32) -> Result<u32, Status> {
    Ok(m)
}

#[tokio::main]
async fn main() {
    in_a_limit(Duration::from_secs(1)).await.unwrap();
    assert_eq!(in_a_macro(1, "two").await.unwrap(), "1 3");
    assert_eq!(in_a_closure(1, 2).await.unwrap(), 3);
    assert_eq!(in_parts(Pair(1, 0), (2, 0), [0, 3]).await.unwrap(), 6);
    not_at_all(Request::new(1), 1).await.unwrap();
    allowed(1).await.unwrap();
    allowed_for_one(1, 2).await.unwrap();
}
