//! Channels over connections that a connector makes.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs)]

use hyper_util::rt::TokioIo;
use tokio::io::{DuplexStream, duplex};
use tonic::transport::{Channel, Endpoint, Uri};
use tonic_scope::{Scoped, scoped};
use tower::service_fn;

async fn connection(_: Uri) -> Result<TokioIo<DuplexStream>, std::io::Error> {
    tokio::task::yield_now().await;
    Ok(TokioIo::new(duplex(64).0))
}

#[scoped]
async fn connectors(endpoint: Endpoint) -> anyhow::Result<()> {
    let _: Scoped<Channel> = endpoint.connect_with_connector_lazy(service_fn(connection));
    let _: Scoped<Channel> = endpoint.connect_with_connector(service_fn(connection)).await?;
    Ok(())
}

#[tokio::main]
async fn main() {
    let _ = connectors(Endpoint::from_static("http://a")).await;
}
