use futures::future::join_all;
use futures::{StreamExt, stream};
use tonic::Status;
use tonic::transport::Channel;
use tonic_scope::scoped;
use tonic_scope_tests::shapes::{Ask, shapes_client::ShapesClient};

#[scoped]
async fn of_an_iterator(peers: Vec<String>) -> Result<(), Status> {
    let all = peers.into_iter().map(|peer| ShapesClient::connect(peer));
    join_all(all).await;
    Ok(())
}

#[scoped]
async fn of_a_range() -> Result<(), Status> {
    let calls = (0..3).map(|n| async move {
        let mut client = ShapesClient::connect(format!("http://peer{n}")).await?;
        client.unary(Ask::default()).await
    });
    join_all(calls).await;
    Ok(())
}

#[scoped]
async fn of_what_is_collected(peers: impl Iterator<Item = String>) -> Result<(), Status> {
    let channels: Vec<_> = peers.map(|peer| Channel::from_shared(peer).unwrap().connect_lazy()).collect();
    drop(channels);
    Ok(())
}

#[scoped]
async fn of_a_stream(peers: Vec<String>) -> Result<(), Status> {
    stream::iter(peers)
        .for_each_concurrent(4, |peer| async move {
            let _ = ShapesClient::connect(peer).await;
        })
        .await;
    Ok(())
}

#[scoped]
async fn buffered(peers: impl futures::Stream<Item = String>) -> Result<usize, Status> {
    Ok(peers.map(|peer| async move { ShapesClient::connect(peer).await.is_ok() }).buffer_unordered(4).count().await)
}

#[scoped]
async fn by_name(peers: Vec<String>) -> Result<(), Status> {
    join_all(peers.into_iter().map(ShapesClient::connect)).await;
    Ok(())
}

#[scoped]
async fn joined(peers: impl Iterator<Item = String>) -> Result<(), Status> {
    join_all(peers.map(|peer| ShapesClient::connect(peer))).await;
    Ok(())
}

fn main() {}
