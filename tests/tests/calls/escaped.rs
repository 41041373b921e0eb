//! What leaves its scope ends with it all the same.

use futures::{StreamExt, stream};
use tonic::{Code, Status, Streaming};
use tonic_scope::{Scope, ScopeError, scoped};
use tonic_scope_tests::{
    Peer, Seen, channel, long_lived, settles,
    shapes::{Answer, Ask, shapes_client::ShapesClient},
};

use super::{Client, LONG};

/// A stream that left its scope, and a task that nobody bound holds it.
#[tokio::test]
async fn a_stream_that_escaped_ends_with_its_scope_though_nobody_polls_it() {
    let peer = Peer::start().await;
    let mut client = long_lived(peer.url()).await;
    let mut escaped: Option<Streaming<Answer>> = None;
    let body = async {
        let upload = stream::iter([Ask::default()]).chain(stream::pending());
        let mut answers = client.chat(upload).await?.into_inner();
        assert!(answers.message().await?.is_some());
        escaped = Some(answers);
        Ok::<_, Status>(())
    };
    Scope::builder("escape")
        .timeout(LONG)
        .run(body)
        .await
        .unwrap();

    assert_eq!(settles(|| peer.calls(), 0).await, 0);
    assert_eq!(peer.seen().last(), Some(&Seen::Reset(h2::Reason::CANCEL)));
    let mut answers = escaped.unwrap();
    let status = answers.message().await.unwrap_err();
    assert_eq!(status.code(), Code::Cancelled);
    assert!(status.message().contains("escape"), "{status}");
    assert!(answers.message().await.unwrap().is_none());
}

/// The call is made in a task that no scope knows of, through a transport that
/// one does.
#[tokio::test]
async fn a_call_in_another_task_ends_with_the_scope_of_its_transport() {
    let peer = Peer::start().await;
    let channel = channel(peer.url()).await;
    let mut elsewhere = None;
    let body = async {
        let mut client = ShapesClient::new(Scope::current().unwrap().bind(channel));
        elsewhere = Some(tokio::spawn(
            async move { client.unary(Ask::default()).await },
        ));
        assert_eq!(settles(|| peer.opened(), 1).await, 1);
        Ok::<_, ScopeError>(())
    };
    Scope::builder("home").no_timeout().run(body).await.unwrap();
    let elsewhere = elsewhere.unwrap();
    assert!(
        settles(|| elsewhere.is_finished(), true).await,
        "the call has no other limit"
    );
    let status = elsewhere.await.unwrap().unwrap_err();
    assert_eq!(status.code(), Code::Cancelled);
    assert!(status.message().contains("home"), "{status}");
    assert_eq!(settles(|| peer.calls(), 0).await, 0);
}

#[tokio::test]
async fn a_bound_transport_is_dropped_with_its_scope_though_its_client_lives_on() {
    let peer = Peer::start().await;
    let channel = channel(peer.url()).await;
    assert_eq!(settles(|| peer.connections(), 1).await, 1);
    let mut escaped = None;
    let body = async {
        let transport = Scope::current().unwrap().bind(channel);
        escaped = Some(ShapesClient::new(transport));
        Ok::<_, ScopeError>(())
    };
    Scope::builder("transport")
        .timeout(LONG)
        .run(body)
        .await
        .unwrap();
    assert_eq!(settles(|| peer.connections(), 0).await, 0);
    let status = escaped.unwrap().unary(Ask::default()).await.unwrap_err();
    assert_eq!(status.code(), Code::FailedPrecondition);
}

#[scoped(timeout = "10s", allow(client_escapes))]
async fn make_a_client(url: String, escape: &mut Option<Client>) -> Result<(), Status> {
    *escape = Some(ShapesClient::connect(url).await?);
    Ok(())
}

#[tokio::test]
async fn a_client_that_escaped_names_the_scope_that_took_its_transport() {
    let peer = Peer::start().await;
    let mut escaped = None;
    make_a_client(peer.url(), &mut escaped).await.unwrap();
    assert_eq!(
        settles(|| peer.connections(), 0).await,
        0,
        "the scope closed its connection"
    );

    let mut client = escaped.unwrap();
    let status = client.unary(Ask::default()).await.unwrap_err();
    assert_eq!(status.code(), Code::FailedPrecondition);
    assert!(status.message().contains("make_a_client"), "{status}");
    assert!(status.message().contains(file!()), "{status}");
    assert_eq!(peer.opened(), 0);
}
