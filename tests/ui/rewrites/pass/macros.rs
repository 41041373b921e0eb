//! The arguments of known macros.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use tonic::transport::{Channel, Endpoint};
use tonic_scope::{Scoped, scoped};

async fn double(n: u32) -> u32 {
    tokio::task::yield_now().await;
    n * 2
}

fn wants(_: &Scoped<Channel>) -> bool {
    true
}

#[scoped]
async fn known(endpoint: Endpoint) -> anyhow::Result<u32> {
    let (a, b) = tokio::join!(tokio::spawn(double(1)), async { tokio::spawn(double(2)).await });
    let (c,) = tokio::try_join!(tokio::spawn(double(3)))?;
    let d = tokio::select! {
        biased;
        Ok(d) = tokio::spawn(double(4)), if wants(&endpoint.connect_lazy()) => d,
        () = std::future::pending() => { tokio::spawn(double(5)).await? }
        else => 0,
    };
    let mut channels = vec![endpoint.connect_lazy(), Channel::from_static("http://a").connect_lazy()];
    channels.push(endpoint.connect_lazy());
    assert!(matches!(&endpoint.connect_lazy(), it if wants(it)), "{}", channels.len());
    assert_eq!(tokio::spawn(double(1)).await?, 2, "{a:?}");
    let text = format!("{} {n}", wants(&channels[0]), n = tokio::spawn(double(1)).await?);
    assert_eq!(text, "true 2");
    Ok(a? + b? + c + d)
}

#[tokio::main]
async fn main() {
    assert_eq!(known(Endpoint::from_static("http://a")).await.unwrap(), 20);
}
