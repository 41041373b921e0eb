//! 10,000 calls of every shape and end, in tests that run in parallel beside each
//! other and beside those that leak: no check names anything.

use std::time::Duration;

use futures::stream;
use tonic::{Code, Status, transport::Channel};
use tonic_scope::{Scoped, ServerScopeLayer, scoped, testing::LeakCheck};
use tonic_scope_tests::shapes::shapes_client::ShapesClient;

use crate::service::{Asked, ask, serve};

const TESTS: usize = 4;
const CALLS: usize = 10_000 / TESTS;

type Client = ShapesClient<Scoped<Channel>>;
type Result<T = ()> = std::result::Result<T, Status>;

#[scoped(timeout = "20s")]
async fn answered(mut client: Client) -> Result {
    client.unary(ask("")).await.map(drop)
}

#[scoped(timeout = "20s")]
async fn fails(mut client: Client) -> Result {
    client.unary(ask("fail")).await.map(drop)
}

#[scoped(timeout = "20s")]
async fn panics_there(mut client: Client) -> Result {
    client.unary(ask("panic")).await.map(drop)
}

#[scoped(timeout = "5ms")]
async fn runs_out_of_time(mut client: Client) -> Result {
    client.unary(ask("stall")).await.map(drop)
}

#[scoped(timeout = "20s")]
async fn panics_here(mut client: Client) -> Result {
    let _streaming = client.download(ask("stall")).await?;
    panic!("as asked");
}

#[scoped(timeout = "20s")]
async fn reads_to_the_end(mut client: Client) -> Result {
    let mut answers = client.download(ask("")).await?.into_inner();
    while answers.message().await?.is_some() {}
    Ok(())
}

#[scoped(timeout = "20s")]
async fn stops_reading(mut client: Client) -> Result {
    let mut answers = client.download(ask("stall")).await?.into_inner();
    answers.message().await.map(drop)
}

#[scoped(timeout = "20s")]
async fn uploads(mut client: Client) -> Result {
    client
        .upload(stream::iter([ask("one"), ask("two")]))
        .await
        .map(drop)
}

#[scoped(timeout = "20s")]
async fn calls_in_a_task(mut client: Client) -> Result {
    let task = tokio::spawn(async move { client.unary(ask("")).await });
    let answer = task
        .await
        .map_err(|error| Status::internal(error.to_string()))?;
    answer.map(drop)
}

#[scoped(timeout = "20s")]
async fn detaches(mut client: Client) -> Result {
    let limit = Duration::from_secs(20);
    let call = async move { client.unary(ask("")).await };
    tonic_scope::detach("a detached call", limit, call);
    Ok(())
}

#[scoped(timeout = "20s")]
async fn connects(url: String) -> Result {
    let mut client = ShapesClient::connect(url).await?;
    client.unary(ask("")).await.map(drop)
}

/// What each call has to end with.
const SHAPES: usize = 10;

async fn call(n: usize, client: Client) -> (Option<Code>, Result) {
    match n % SHAPES {
        0 => (None, answered(client).await),
        1 => (Some(Code::NotFound), fails(client).await),
        2 => (Some(Code::Internal), panics_there(client).await),
        3 => (Some(Code::DeadlineExceeded), runs_out_of_time(client).await),
        4 => {
            let error = tokio::spawn(panics_here(client)).await.unwrap_err();
            assert!(error.is_panic());
            (None, Ok(()))
        }
        5 => (None, reads_to_the_end(client).await),
        6 => (None, stops_reading(client).await),
        7 => (None, uploads(client).await),
        8 => (None, calls_in_a_task(client).await),
        _ => (None, detaches(client).await),
    }
}

/// The server is the tree's own, and stays.
async fn workload() {
    let url = serve(Asked::default(), ServerScopeLayer::new()).await;
    let channel = Channel::from_shared(url.clone()).unwrap();
    let channel = channel.http2_max_concurrent_reset_streams(100_000);
    let channel = Scoped::new(channel.connect().await.unwrap());
    for n in 0..CALLS {
        let (expected, result) = call(n, ShapesClient::new(channel.clone())).await;
        assert_eq!(
            result.as_ref().err().map(Status::code),
            expected,
            "{n}: {result:?}"
        );
        if n % 100 == 0 {
            connects(url.clone()).await.unwrap();
        }
    }
}

/// A machine may be busy.
fn patient() -> LeakCheck {
    LeakCheck::new().patience(Duration::from_secs(20))
}

#[tonic_scope::test(timeout = "2m", leaks = patient())]
async fn a_quarter() {
    workload().await;
}

#[tonic_scope::test(timeout = "2m", leaks = patient())]
async fn another_quarter() {
    workload().await;
}

#[tonic_scope::test(timeout = "2m", leaks = patient(), flavor = "multi_thread", worker_threads = 2)]
async fn a_quarter_on_threads() {
    workload().await;
}

#[tonic_scope::test(timeout = "2m", leaks = patient(), flavor = "multi_thread", worker_threads = 2)]
async fn another_quarter_on_threads() {
    workload().await;
}
