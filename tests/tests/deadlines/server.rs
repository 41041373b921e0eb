//! What the layer does about work whose time is over, and what it counts.

use std::time::Duration;

use futures::{StreamExt as _, stream::BoxStream};
use tokio::sync::mpsc::UnboundedReceiver;
use tonic::{Code, Request, Response, Status, Streaming, transport::Channel};
use tonic_scope::{CloseReason, LimitSource, Scope, ServerScopeLayer, scoped};
use tonic_scope_tests::shapes::{
    Answer, Ask,
    shapes_client::ShapesClient,
    shapes_server::{Shapes, ShapesServer},
};
use tower::Layer as _;

use crate::{
    SECOND,
    handlers::{self, Event},
};

type Events = UnboundedReceiver<Event>;

fn go_on(timeout: Option<Duration>) -> Request<Ask> {
    let mut ask = Request::new(Ask {
        text: "go on".to_owned(),
    });
    if let Some(timeout) = timeout {
        ask.set_timeout(timeout);
    }
    ask
}

/// How many handlers began.
fn began(events: &mut Events) -> usize {
    std::iter::from_fn(|| events.try_recv().ok()).count()
}

async fn scope(events: &mut Events) -> Scope {
    match events.recv().await {
        Some(Event::Began(Some(scope))) => scope,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn expired_work_is_refused_before_it_gets_to_the_service() {
    let layer = ServerScopeLayer::new();
    let (mut client, mut events) = handlers::direct(&layer);
    for _ in 0..3 {
        let status = client.unary(go_on(Some(Duration::ZERO))).await.unwrap_err();
        assert_eq!(status.code(), Code::DeadlineExceeded, "{status}");
    }
    client.unary(go_on(None)).await.unwrap();
    assert_eq!(began(&mut events), 1);
    let counts = layer.counts();
    assert_eq!((counts.requests, counts.expired, counts.refused), (4, 3, 3));
}

#[tokio::test(start_paused = true)]
async fn no_more_than_a_share_is_refused() {
    let layer = ServerScopeLayer::new().with_max_refused_percent(20);
    let (mut client, mut events) = handlers::direct(&layer);
    for _ in 0..100 {
        // Those beyond the share run, as if their caller had said nothing.
        if let Err(status) = client.unary(go_on(Some(Duration::ZERO))).await {
            assert_eq!(status.code(), Code::DeadlineExceeded, "{status}");
        }
    }
    let counts = layer.counts();
    assert_eq!((counts.requests, counts.expired), (100, 100));
    assert_eq!(counts.refused, 20);
    assert_eq!(began(&mut events), 80);

    // What is long ago does not count any more.
    tokio::time::advance(SECOND * 60).await;
    for _ in 0..10 {
        let _ = client.unary(go_on(Some(Duration::ZERO))).await;
    }
    assert_eq!(layer.counts().refused, 22);
}

#[tokio::test(start_paused = true)]
async fn of_a_share_beyond_all_there_is_all_are_refused() {
    for (percent, refused) in [(0, 0), (100, 10), (255, 10)] {
        let layer = ServerScopeLayer::new().with_max_refused_percent(percent);
        let (mut client, _events) = handlers::direct(&layer);
        for _ in 0..10 {
            let _ = client.unary(go_on(Some(Duration::ZERO))).await;
        }
        assert_eq!(layer.counts().refused, refused, "{percent} %");
    }
}

#[tokio::test(start_paused = true)]
async fn a_layer_that_observes_refuses_and_ends_nothing() {
    let layer = ServerScopeLayer::new().observe_only();
    let (mut client, mut events) = handlers::direct(&layer);
    client.unary(go_on(Some(Duration::ZERO))).await.unwrap();
    let first = scope(&mut events).await;
    assert_eq!(first.deadline(), None);

    let mut ask = Request::new(Ask::default());
    ask.set_timeout(SECOND);
    let mut answers = client.download(ask).await.unwrap().into_inner();
    answers.message().await.unwrap().expect("the first message");
    let watched = scope(&mut events).await;
    tokio::time::advance(SECOND * 5).await;
    assert_eq!(watched.close_reason(), None);
    drop(answers);
    assert_eq!(watched.ended().await, CloseReason::OwnerDropped);

    client.unary(go_on(Some(SECOND))).await.unwrap();
    let counts = layer.counts();
    assert_eq!((counts.requests, counts.expired, counts.refused), (3, 1, 0));
    // The expired one, and the stream.
    assert_eq!(counts.late, 2);
}

#[tokio::test(start_paused = true)]
async fn the_source_of_a_requests_deadline_is_known() {
    let layer = ServerScopeLayer::new()
        .with_default_timeout(SECOND * 7)
        .with_min_timeout(SECOND * 2)
        .with_max_timeout(SECOND * 9);
    let (memory, mut events) = handlers::serve(Some(layer));
    let mut client = ShapesClient::new(memory.channel());
    for (said, source, left) in [
        (None, LimitSource::Server, 7),
        (Some(1), LimitSource::Server, 2),
        (Some(5), LimitSource::Caller, 5),
        (Some(60), LimitSource::Server, 9),
    ] {
        client
            .unary(go_on(said.map(|said| SECOND * said)))
            .await
            .unwrap();
        let scope = scope(&mut events).await;
        assert_eq!(scope.limit_source(), Some(source), "{said:?}");
        let kept_back = Duration::from_millis(5);
        assert_eq!(
            scope.remaining(),
            Some((SECOND * left).saturating_sub(kept_back)),
            "{said:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_a_response_stream_is_internal_and_hides_its_message() {
    let layer = ServerScopeLayer::new();
    let (memory, mut events) = handlers::serve(Some(layer.clone()));
    let mut client: ShapesClient<Channel> = ShapesClient::new(memory.channel());
    let ask = || Ask {
        text: "panic".to_owned(),
    };
    let answers = client.download(ask()).await.unwrap().into_inner();
    let answers: Vec<Result<_, Status>> = answers.collect().await;
    assert!(answers[0].is_ok());
    let status = answers[1].as_ref().unwrap_err();
    assert_eq!(status.code(), Code::Internal);
    assert!(!status.message().contains("as asked"), "{status}");
    assert_eq!(answers.len(), 2, "one outcome");
    assert_eq!(
        scope(&mut events).await.ended().await,
        CloseReason::Panicked
    );

    let status = client.unary(ask()).await.unwrap_err();
    assert_eq!(status.code(), Code::Internal);
    assert_eq!(layer.counts().panicked, 2);
    client
        .unary(go_on(None))
        .await
        .expect("the connection lives on");
}

/// A scope of a handler's own reads what its caller says, and must not take it for
/// less than what the layer gives.
#[tokio::test(start_paused = true)]
async fn a_handlers_own_scope_has_the_time_that_the_layer_gives() {
    let kept_back = Duration::from_millis(5);
    for (layer, said, given) in [
        (
            ServerScopeLayer::new().with_min_timeout(SECOND * 4),
            SECOND,
            SECOND * 4,
        ),
        (
            ServerScopeLayer::new()
                .with_default_timeout(SECOND * 7)
                .with_max_refused_percent(0),
            Duration::ZERO,
            SECOND * 7,
        ),
    ] {
        let service = ShapesServer::new(Reports);
        let mut client = ShapesClient::new(layer.layer(service));
        let answer = client.unary(go_on(Some(said))).await.unwrap();
        let left = answer.into_inner().text;
        let given = given.saturating_sub(kept_back);
        assert_eq!(left, format!("{given:?}"), "{said:?}");
    }
}

/// Answers with the time that its own scope has.
struct Reports;

#[scoped(timeout = none, stream(timeout = none, idle = SECOND))]
#[tonic::async_trait]
impl Shapes for Reports {
    type DownloadStream = BoxStream<'static, Result<Answer, Status>>;
    type ChatStream = BoxStream<'static, Result<Answer, Status>>;

    async fn unary(&self, _: Request<Ask>) -> Result<Response<Answer>, Status> {
        let left = tonic_scope::remaining().map(|left| format!("{left:?}"));
        Ok(Response::new(Answer {
            text: left.unwrap_or_default(),
            ..Answer::default()
        }))
    }

    async fn upload(&self, _: Request<Streaming<Ask>>) -> Result<Response<Answer>, Status> {
        Err(Status::unimplemented("not asked for"))
    }

    async fn download(&self, _: Request<Ask>) -> Result<Response<Self::DownloadStream>, Status> {
        Err(Status::unimplemented("not asked for"))
    }

    async fn chat(&self, _: Request<Streaming<Ask>>) -> Result<Response<Self::ChatStream>, Status> {
        Err(Status::unimplemented("not asked for"))
    }
}
