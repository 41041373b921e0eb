//! What makes no connection for each turn.
#![deny(warnings, clippy::pedantic)]
#![allow(dead_code, missing_docs, clippy::items_after_statements, clippy::unused_async, clippy::unused_self, clippy::never_loop)]

use std::time::Duration;

use tonic::Status;
use tonic::transport::{Channel, Endpoint};
use tonic_scope::{Scoped, scoped};
use tonic_scope_tests::shapes::{Ask, shapes_client::ShapesClient};

#[scoped]
async fn before_the_loop(peer: String) -> Result<(), Status> {
    let client = ShapesClient::connect(peer).await?;
    for _ in 0..3 {
        client.clone().unary(Ask::default()).await?;
    }
    Ok(())
}

#[scoped]
async fn in_the_head(peers: Vec<String>, endpoint: Endpoint) -> Result<(), Status> {
    for channel in [endpoint.connect_lazy(), endpoint.connect_lazy()] {
        drop(channel);
    }
    for peer in peers {
        drop(peer);
    }
    Ok(())
}

/// On a transport that exists.
#[scoped]
async fn on_a_channel(channel: Channel, shared: Scoped<Channel>) -> Result<(), Status> {
    for _ in 0..3 {
        ShapesClient::new(channel.clone()).unary(Ask::default()).await?;
        ShapesClient::with_interceptor(shared.clone(), Ok).unary(Ask::default()).await?;
    }
    let clients: Vec<_> = (0..3).map(|_| ShapesClient::new(channel.clone())).collect();
    drop(clients);
    Ok(())
}

#[scoped(timeout = "1s")]
async fn tries_until_it_answers(peer: String) -> Result<(), Status> {
    let mut client = loop {
        match ShapesClient::connect(peer.clone()).await {
            Ok(client) => break client,
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    };
    client.unary(Ask::default()).await?;
    Ok(())
}

#[scoped(timeout = "1s")]
async fn the_first_that_answers(peers: Vec<String>) -> Result<(), Status> {
    for peer in &peers {
        if let Ok(mut client) = ShapesClient::connect(peer.clone()).await {
            return client.unary(Ask::default()).await.map(drop);
        }
    }
    for peer in &peers {
        let Ok(mut client) = ShapesClient::connect(peer.clone()).await else {
            continue;
        };
        client.unary(Ask::default()).await?;
        break;
    }
    'peers: for peers in [&peers] {
        for peer in peers {
            if let Ok(client) = ShapesClient::connect(peer.clone()).await {
                drop(client);
                break 'peers;
            }
        }
    }
    Err(Status::unavailable("none"))
}

/// Once at most, whatever the method is called.
#[scoped]
async fn of_options(peer: Option<String>, endpoint: Option<Endpoint>) -> Result<(), Status> {
    let channel = endpoint.as_ref().map(|endpoint| endpoint.connect_lazy());
    let other = [1].iter().find(|n| **n > 0).map(|_| Endpoint::from_static("http://a").connect_lazy());
    if let Some(connecting) = peer.map(|peer| ShapesClient::connect(peer)) {
        connecting.await?;
    }
    let lazy = channel.is_none().then(|| Endpoint::from_static("http://a").connect_lazy());
    drop((channel, other, lazy));
    Ok(())
}

#[scoped]
async fn in_a_closure_called_once(peer: String) -> Result<(), Status> {
    let connect = |peer: String| async move { ShapesClient::connect(peer).await };
    connect(peer).await?.unary(Ask::default()).await?;
    Ok(())
}

struct Pool;

impl Pool {
    async fn connect(&self) -> Result<(), Status> {
        tokio::task::yield_now().await;
        Ok(())
    }
}

#[scoped]
async fn of_another_kind(pool: Pool) -> Result<(), Status> {
    for _ in 0..3 {
        pool.connect().await?;
    }
    fn nested() -> Vec<Channel> {
        (0..3).map(|_| Endpoint::from_static("http://a").connect_lazy()).collect()
    }
    let _ = nested;
    Ok(())
}

#[scoped(allow(client_in_loop))]
async fn as_it_is_meant(peers: Vec<String>) -> Result<(), Status> {
    for peer in peers {
        ShapesClient::connect(peer).await?.unary(Ask::default()).await?;
    }
    Ok(())
}

#[tokio::main]
async fn main() {
    assert!(of_another_kind(Pool).await.is_ok());
    assert!(of_options(None, None).await.is_ok());
}
