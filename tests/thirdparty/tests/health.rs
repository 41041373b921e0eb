//! The generated client of `tonic-health` in scoped functions: bound as it is written.

use tonic::{Code, Status};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};
use tonic_scope::scoped;
use tonic_scope_thirdparty::{Etcd, settles};

#[scoped(timeout = "10s")]
async fn check(address: String) -> anyhow::Result<ServingStatus> {
    let mut health = HealthClient::connect(address).await?;
    let answer = health.check(HealthCheckRequest::default()).await?;
    Ok(answer.into_inner().status())
}

/// Follows the server's health, of which there is no end.
#[scoped(timeout = "1s")]
async fn follow(address: String) -> Result<(), Status> {
    let mut health = HealthClient::connect(address).await?;
    let mut answers = health
        .watch(HealthCheckRequest::default())
        .await?
        .into_inner();
    while answers.message().await?.is_some() {}
    Ok(())
}

#[tokio::test]
async fn a_generated_client_of_another_crate_is_bound_as_it_is_written() {
    let etcd = Etcd::start().await;
    let before = etcd.connections().await;

    let status = check(etcd.address().to_owned()).await.expect("an answer");

    assert_eq!(status, ServingStatus::Serving);
    assert_eq!(
        settles(async || etcd.connections().await, before).await,
        before
    );
}

#[tokio::test]
async fn a_stream_of_another_crate_ends_at_the_scopes_deadline() {
    let etcd = Etcd::start().await;
    let before = etcd.connections().await;

    // From the stream or from the scope around it, whichever is looked at first.
    let status = follow(etcd.address().to_owned()).await.expect_err("no end");

    assert_eq!(status.code(), Code::DeadlineExceeded, "{status}");
    let stream = "/grpc.health.v1.Health/Watch was streaming";
    assert!(status.message().contains(stream), "{status}");
    // The code that Go's health service has for a stream that ends, whoever ends it.
    let ended = async || etcd.handled("Watch", "Canceled").await;
    assert_eq!(settles(ended, 1).await, 1);
    assert_eq!(
        settles(async || etcd.connections().await, before).await,
        before
    );
}
