//! `#[call(...)]` in scoped functions.

use std::{future::pending, time::Duration};

use futures::StreamExt;
use tokio::time::Instant;
use tonic::{Code, Status, transport::Channel};
use tonic_scope::{Scope, ScopeError, Scoped, scoped};
use tonic_scope_tests::{
    Peer, Seen, long_lived, settles,
    shapes::{Ask, shapes_client::ShapesClient},
};

type Client = ShapesClient<Scoped<Channel>>;

const SHORT: Duration = Duration::from_millis(50);

/// What the peer was told of each call, of which none is answered.
async fn told(peer: &Peer, calls: usize) -> Vec<Option<String>> {
    assert_eq!(settles(|| peer.opened(), calls).await, calls);
    let timeouts = peer.seen().into_iter().filter_map(|seen| match seen {
        Seen::Opened(_, timeout) => Some(timeout),
        _ => None,
    });
    timeouts.collect()
}

fn timeouts<const N: usize>(expected: [&str; N]) -> Vec<Option<String>> {
    expected.map(|it| Some(it.to_owned())).to_vec()
}

#[tokio::test]
async fn the_peer_is_told_the_overridden_timeout_wherever_the_attribute_stands() {
    #[scoped(timeout = "20s", call_timeout = "5s")]
    async fn handler(client: Client) -> Result<(), Status> {
        let own = || (client.clone(), Ask::default());
        let plain = async {
            let (mut client, ask) = own();
            client.unary(ask).await
        };
        let statement = async {
            let (mut client, ask) = own();
            #[call(timeout = "1s")]
            client.unary(ask).await?;
            Ok::<_, Status>(())
        };
        let on_let = async {
            let (mut client, ask) = own();
            #[call(timeout = "2s")]
            let answer = client.unary(ask).await?.into_inner();
            Ok::<_, Status>(answer)
        };
        let expression = async {
            let (mut client, ask) = own();
            match #[call(timeout = Duration::from_secs(3), reserve = "1s")]
            client.unary(ask).await
            {
                Ok(answer) => Some(answer.into_inner()),
                Err(_) => None,
            }
        };
        let (mut client, ask) = own();
        let first = tokio::select! {
            biased;
            _ = plain => "plain",
            _ = statement => "statement",
            _ = on_let => "let",
            _ = expression => "expression",
            _ = #[call(timeout = "10s")] client.unary(ask) => "select",
        };
        Err(Status::internal(first))
    }
    let peer = Peer::start().await;
    let client = long_lived(peer.url()).await;
    let handler = tokio::spawn(handler(client));
    let mut told = told(&peer, 5).await;
    told.sort();
    assert_eq!(told, timeouts(["10S", "1S", "2S", "2S", "5S"]));
    handler.abort();
}

#[tokio::test]
async fn a_local_limit_ends_the_call_and_is_not_told() {
    #[scoped(timeout = "20s")]
    async fn handler(mut client: Client) -> Result<(), Status> {
        #[call(timeout = SHORT, local)]
        client.unary(Ask::default()).await.map(drop)
    }
    let peer = Peer::start().await;
    let client = long_lived(peer.url()).await;
    let status = handler(client).await.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded);
    assert_eq!(told(&peer, 1).await, [None]);
    assert_eq!(settles(|| peer.calls(), 0).await, 0);
}

#[tokio::test]
async fn the_gap_of_a_response_stream_is_limited() {
    #[scoped(timeout = "20s")]
    async fn handler(mut client: Client) -> Result<Vec<Code>, Status> {
        let answers = #[call(idle = SHORT)]
        client.download(Ask::default()).await?.into_inner();
        let codes = answers.map(|answer| answer.map_or_else(|status| status.code(), |_| Code::Ok));
        Ok(codes.collect().await)
    }
    let peer = Peer::start().await;
    let client = long_lived(peer.url()).await;
    let codes = handler(client).await.unwrap();
    assert_eq!(codes, [Code::Ok, Code::DeadlineExceeded]);
}

#[tokio::test(start_paused = true)]
async fn a_future_that_is_no_call_is_ended_too() {
    #[scoped(timeout = "20s")]
    async fn handler() -> Result<(), ScopeError> {
        let joined = tokio::try_join!(
            pending::<Result<(), ScopeError>>(),
            #[call(timeout = "2s")]
            pending::<Result<(), ScopeError>>(),
        );
        joined?;
        Ok(())
    }
    let start = Instant::now();
    assert!(handler().await.is_err());
    assert_eq!(start.elapsed().as_secs(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_scope_caps_what_is_not_literal() {
    #[scoped(timeout = "2s")]
    async fn handler(limit: Duration) -> Result<(), Status> {
        #[call(timeout = limit)]
        pending().await
    }
    let start = Instant::now();
    assert!(handler(Duration::from_secs(60)).await.is_err());
    assert_eq!(start.elapsed().as_secs(), 2);
}

#[tokio::test]
async fn what_is_unscoped_outlives_the_scope() {
    #[scoped]
    async fn handler(url: String) -> Result<(Client, ShapesClient<Channel>), Status> {
        let bound = ShapesClient::connect(url.clone()).await?;
        let as_written = #[call(unscoped)]
        ShapesClient::connect(url).await;
        let task = #[call(unscoped)]
        tokio::spawn(async { Scope::current().is_none() });
        assert!(task.await.unwrap());
        Ok((
            bound,
            as_written.map_err(|error| Status::internal(error.to_string()))?,
        ))
    }
    let peer = Peer::start().await;
    let (mut bound, mut as_written) = handler(peer.url()).await.unwrap();
    assert!(bound.unary(Ask::default()).await.is_err());
    assert_eq!(peer.opened(), 0);
    let call = tokio::spawn(async move { as_written.unary(Ask::default()).await });
    assert_eq!(told(&peer, 1).await, [None]);
    call.abort();
}

#[tokio::test]
async fn a_scope_keeps_its_reserve_back_from_every_call() {
    #[scoped(timeout = "20s", call_timeout = "5s", reserve = "1s", grace = "50ms")]
    async fn handler(mut client: Client) -> Result<(), Status> {
        client.unary(Ask::default()).await.map(drop)
    }
    let peer = Peer::start().await;
    let client = long_lived(peer.url()).await;
    let handler = tokio::spawn(handler(client));
    assert_eq!(told(&peer, 1).await, timeouts(["4S"]));
    handler.abort();
}
