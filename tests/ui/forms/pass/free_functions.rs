//! Attributes, generics, lifetimes and every kind of argument stay as they are.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use std::fmt::Display;

use tonic::{Request, Status};
use tonic_scope::scoped;

/// Kept, as is the attribute below.
#[scoped(timeout = "2s")]
#[must_use = "kept"]
pub(crate) async fn visible() -> Result<u32, Status> {
    Ok(1)
}

#[scoped]
async fn patterns(
    (a, mut b): (u32, u32),
    [c, _]: [u32; 2],
    mut d: Vec<u32>,
    _: Request<u32>,
    _unused: Request<u32>,
    _: &str,
) -> Result<u32, Status> {
    b += a;
    d.push(b);
    Ok(b + c + d.len().try_into().unwrap_or(0))
}

#[scoped]
async fn borrows<'a>(a: &'a str, b: &str, c: &mut Vec<u32>) -> Result<&'a str, Status> {
    c.push(1);
    tokio::task::yield_now().await;
    Ok(if b.is_empty() { a } else { &a[..0] })
}

#[scoped]
async fn generics<T, const N: usize>(t: T, who: impl Display + Send) -> Result<[T; N], Status>
where
    T: Clone + Send,
{
    tokio::task::yield_now().await;
    drop(who);
    Ok(std::array::from_fn(|_| t.clone()))
}

#[scoped]
async fn opaque(n: u32) -> Result<impl Display, Status> {
    Ok(n)
}

#[scoped]
async fn opaque_in_part(n: u32) -> Result<Option<impl Display>, Status> {
    Ok(Some(n))
}

#[scoped]
async fn absent(#[cfg(any())] request: Request<u32>, n: u32) -> Result<u32, Status> {
    Ok(n)
}

mod inner {
    #[tonic_scope::scoped]
    pub(super) async fn by_path(request: tonic::Request<u32>) -> tonic::Result<u32> {
        Ok(request.into_inner())
    }
}

#[tokio::main]
async fn main() {
    let mut c = Vec::new();
    assert_eq!(visible().await.unwrap(), 1);
    assert_eq!(
        patterns((1, 2), [3, 4], vec![], Request::new(1), Request::new(1), "").await.unwrap(),
        7
    );
    assert_eq!(borrows("a", "", &mut c).await.unwrap(), "a");
    assert_eq!(generics::<_, 2>('x', 1).await.unwrap(), ['x', 'x']);
    assert_eq!(opaque(1).await.unwrap().to_string(), "1");
    assert_eq!(absent(1).await.unwrap(), 1);
    assert_eq!(inner::by_path(Request::new(5)).await.unwrap(), 5);
}
