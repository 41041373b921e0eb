use std::time::Duration;

use tonic::Status;
use tonic::transport::{Channel, Endpoint};
use tonic_scope::scoped;
use tonic_scope_tests::shapes::{Ask, shapes_client::ShapesClient};

#[scoped]
async fn in_for(peers: Vec<String>) -> Result<(), Status> {
    for peer in peers {
        let mut client = ShapesClient::connect(peer).await?;
        client.unary(Ask::default()).await?;
    }
    Ok(())
}

#[scoped]
async fn in_while(endpoint: Endpoint, mut tries: u32) -> Result<(), Status> {
    while tries > 0 {
        let mut client = ShapesClient::new(endpoint.connect_lazy());
        client.unary(Ask::default()).await?;
        tries -= 1;
    }
    Ok(())
}

#[scoped]
async fn in_its_condition(endpoint: Endpoint) -> Result<(), Status> {
    while let Ok(channel) = endpoint.connect().await {
        drop(channel);
    }
    Ok(())
}

#[scoped]
async fn in_loop() -> Result<(), Status> {
    loop {
        let channel = Endpoint::from_static("http://a").timeout(Duration::from_secs(1)).connect().await?;
        let balanced = Channel::balance_list([Endpoint::from_static("http://a")].into_iter());
        drop((channel, balanced));
    }
}

#[scoped]
async fn in_what_a_loop_starts(peers: Vec<String>) -> Result<(), Status> {
    let mut tasks = Vec::new();
    for peer in peers {
        tasks.push(tokio::spawn(async move { ShapesClient::connect(peer).await.map(drop) }));
    }
    for task in tasks {
        let _ = task.await;
    }
    Ok(())
}

#[scoped]
async fn in_the_loop_outside(peers: Vec<Vec<String>>) -> Result<(), Status> {
    for peers in peers {
        for peer in peers {
            drop(ShapesClient::connect(peer).await?);
            break;
        }
    }
    Ok(())
}

fn main() {}
