//! Streams that stand still, on either side and in either direction.

use std::time::Duration;

use futures::{
    StreamExt as _,
    future::pending,
    stream::{self, BoxStream},
};
use tokio::{
    sync::{mpsc::unbounded_channel, oneshot},
    time::{Instant, sleep},
};
use tokio_stream::wrappers::UnboundedReceiverStream;
use tonic::{Code, Status};
use tonic_scope::{CloseReason, LimitSource, Scope, ScopeError, Scoped, ServerScopeLayer, scoped};
use tonic_scope_tests::shapes::{Ask, shapes_client::ShapesClient};

use crate::{
    HOUR, SECOND,
    handlers::{self, Event},
    scope_error,
};

const IDLE: Duration = Duration::from_secs(10);

/// A scope that limits nothing but how long its calls' streams stand still.
fn scope() -> tonic_scope::ScopeBuilder {
    Scope::builder("caller").timeout(HOUR).idle(IDLE)
}

fn millis(start: Instant) -> u128 {
    start.elapsed().as_millis()
}

#[tokio::test(start_paused = true)]
async fn an_upload_whose_producer_stands_still_is_given_up() {
    let (memory, _events) = handlers::serve(None);
    let mut client = ShapesClient::new(Scoped::new(memory.channel()));
    let start = Instant::now();
    // Three messages, seven seconds apart, and then nothing.
    let asks = stream::iter(0..3)
        .then(|_| async { sleep(SECOND * 7).await })
        .map(|()| Ask::default())
        .chain(stream::pending());
    let status = scope()
        .run(async move { client.upload(asks).await })
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status}");
    assert_eq!(scope_error(&status).reason(), Some(CloseReason::Idle));
    assert_eq!(millis(start), 31_000);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_thinks_after_the_upload_is_not_idle() {
    let (memory, _events) = handlers::serve(None);
    let mut client = ShapesClient::new(Scoped::new(memory.channel()));
    let start = Instant::now();
    let scope = scope().timeout(IDLE * 5);
    let asks = stream::iter([Ask::default()]);
    let status = scope
        .run(async move { client.upload(asks).await })
        .await
        .unwrap_err();
    assert_eq!(
        scope_error(&status).reason(),
        Some(CloseReason::DeadlineExceeded)
    );
    assert_eq!(millis(start), 50_000);
}

/// In `Chat` the peer answers each message: either direction keeps the call going.
#[tokio::test(start_paused = true)]
async fn a_chat_lives_while_one_direction_moves() {
    let (memory, _events) = handlers::serve(None);
    let mut client = ShapesClient::new(Scoped::new(memory.channel()));
    let start = Instant::now();
    let asks = stream::iter(0..4)
        .then(|_| async { sleep(SECOND * 7).await })
        .map(|()| Ask::default())
        .chain(stream::pending());
    let body = async move {
        let mut answers = client.chat(asks).await?.into_inner();
        let mut count = 0;
        let status = loop {
            match answers.message().await {
                Ok(Some(_)) => count += 1,
                Ok(None) => panic!("the chat has no end"),
                Err(status) => break status,
            }
        };
        assert_eq!(count, 5);
        assert!(answers.message().await.unwrap().is_none(), "one outcome");
        Ok::<_, Status>(status)
    };
    let status = scope().run(body).await.unwrap();
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status}");
    assert!(status.message().contains("stood still"), "{status}");
    assert_eq!(millis(start), 38_000);
}

/// A consumer's slowness is not its producer's.
#[tokio::test(start_paused = true)]
async fn a_slow_consumer_does_not_make_its_producer_idle() {
    let (memory, _events) = handlers::serve(None);
    let mut client = ShapesClient::new(Scoped::new(memory.channel()));
    let start = Instant::now();
    let body = async move {
        let mut answers = client.download(Ask::default()).await?.into_inner();
        sleep(IDLE * 3).await;
        answers.message().await?.expect("it was there all the time");
        sleep(IDLE * 3).await;
        answers.message().await.map(drop)
    };
    let status = scope().run(body).await.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status}");
    assert_eq!(millis(start), 70_000, "from when it was waited for");
}

/// The same of what a server reads: time in which the handler does not ask for
/// the next message does not count, time in which it waits for it does.
#[tokio::test(start_paused = true)]
async fn a_server_gives_up_an_upload_that_stands_still() {
    let (memory, mut events) = handlers::serve(Some(ServerScopeLayer::new().with_idle(IDLE)));
    let mut client = ShapesClient::new(memory.channel());
    let (asks, upload) = unbounded_channel();
    let start = Instant::now();
    let call =
        tokio::spawn(async move { client.upload(UnboundedReceiverStream::new(upload)).await });
    for _ in 0..3 {
        sleep(SECOND * 7).await;
        asks.send(Ask::default()).unwrap();
    }
    let status = call.await.unwrap().unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status}");
    assert_eq!(millis(start), 31_000);
    let Some(Event::Began(Some(scope))) = events.recv().await else {
        panic!("no scope");
    };
    assert_eq!(scope.ended().await, CloseReason::Idle);
    for _ in 0..3 {
        assert!(matches!(
            events.recv().await,
            Some(Event::Uploaded(Ok(true)))
        ));
    }
    match events.recv().await {
        Some(Event::Uploaded(Err(status))) => assert_eq!(status.code(), Code::DeadlineExceeded),
        other => panic!("{other:?}"),
    }
}

/// What a handler's own scope says holds for the upload as well, where there is a
/// layer to see it.
#[tokio::test(start_paused = true)]
async fn a_handlers_own_idle_limit_holds_for_what_it_reads() {
    mod service {
        use super::IDLE;
        use futures::{StreamExt as _, stream::BoxStream};
        use tonic::{Request, Response, Status, Streaming};
        use tonic_scope::scoped;
        use tonic_scope_tests::shapes::{Answer, Ask, shapes_server::Shapes};

        pub(super) struct Reads;

        #[scoped(timeout = none, idle = IDLE, stream(idle = IDLE))]
        #[tonic::async_trait]
        impl Shapes for Reads {
            type DownloadStream = BoxStream<'static, Result<Answer, Status>>;
            type ChatStream = BoxStream<'static, Result<Answer, Status>>;

            async fn unary(&self, _: Request<Ask>) -> Result<Response<Answer>, Status> {
                std::future::pending().await
            }

            async fn upload(
                &self,
                request: Request<Streaming<Ask>>,
            ) -> Result<Response<Answer>, Status> {
                let mut asks = request.into_inner();
                // As if the error were nothing: the scope has ended all the same.
                while let Ok(Some(_)) = asks.message().await {}
                std::future::pending().await
            }

            async fn download(
                &self,
                _: Request<Ask>,
            ) -> Result<Response<Self::DownloadStream>, Status> {
                Ok(Response::new(futures::stream::pending().boxed()))
            }

            async fn chat(
                &self,
                request: Request<Streaming<Ask>>,
            ) -> Result<Response<Self::ChatStream>, Status> {
                let answers = request
                    .into_inner()
                    .filter_map(|ask| async { ask.err().map(Err) });
                Ok(Response::new(answers.boxed()))
            }
        }
    }
    let (memory, incoming) = tonic_scope_tests::Memory::new();
    let server = tonic::transport::Server::builder()
        .layer(ServerScopeLayer::new())
        .add_service(tonic_scope_tests::shapes::shapes_server::ShapesServer::new(
            service::Reads,
        ));
    tokio::spawn(server.serve_with_incoming(incoming));

    let asks = || stream::iter([Ask::default()]).chain(stream::pending());
    let mut client = ShapesClient::new(memory.channel());
    let start = Instant::now();
    let status = client.upload(asks()).await.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status}");
    assert_eq!(millis(start), 10_000);

    // The handler answers nothing, but is asked something every seven seconds.
    let asks = stream::iter(0..4)
        .then(|_| async { sleep(SECOND * 7).await })
        .map(|()| Ask::default())
        .chain(stream::pending());
    let start = Instant::now();
    let mut answers = client.chat(asks).await.unwrap().into_inner();
    let status = answers.message().await.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status}");
    assert_eq!(millis(start), 38_000);
    assert!(answers.message().await.unwrap().is_none(), "one outcome");
}

/// In a chat the server may be the one who speaks: its caller's silence is none.
#[tokio::test(start_paused = true)]
async fn a_server_that_speaks_keeps_its_chat_alive() {
    let (memory, _events) = handlers::serve(Some(ServerScopeLayer::new().with_idle(IDLE)));
    let mut client = ShapesClient::new(memory.channel());
    let ticks = Ask {
        text: "tick".to_owned(),
    };
    let asks = stream::iter([ticks]).chain(stream::pending());
    let start = Instant::now();
    let answers = client.chat(asks).await.unwrap().into_inner();
    let answers: Vec<Result<_, Status>> = answers.collect().await;
    // The first one, and four of them seven seconds apart; then both are silent.
    let (last, first) = answers.split_last().unwrap();
    assert_eq!(first.iter().filter(|answer| answer.is_ok()).count(), 5);
    let status = last.as_ref().unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status}");
    assert_eq!(millis(start), 38_000);
}

/// Nobody polls the stream of a caller that has stopped reading for good; its
/// scope ends all the same (invariant 10).
#[tokio::test(start_paused = true)]
async fn a_reader_that_has_stopped_for_good_ends_the_scope() {
    let (memory, mut events) = handlers::serve(Some(ServerScopeLayer::new().with_idle(IDLE)));
    let mut client = ShapesClient::new(memory.channel());
    let unread = client.download(Ask::default()).await.unwrap();
    let Some(Event::Began(Some(scope))) = events.recv().await else {
        panic!("no scope");
    };
    let start = Instant::now();
    assert_eq!(scope.ended().await, CloseReason::Idle);
    assert_eq!(millis(start), 10_000);
    drop(unread);
}

#[tokio::test(start_paused = true)]
async fn a_unary_call_has_no_gaps_to_be_idle_in() {
    let (memory, _events) = handlers::serve(None);
    let mut client = ShapesClient::new(Scoped::new(memory.channel()));
    let start = Instant::now();
    let scope = scope().timeout(IDLE * 3);
    let status = scope
        .run(async move { client.unary(Ask::default()).await })
        .await
        .unwrap_err();
    let error: &ScopeError = scope_error(&status);
    assert_eq!(error.reason(), Some(CloseReason::DeadlineExceeded));
    assert_eq!(millis(start), 30_000);
}

/// It ends with a scope within it, which has more time but ends with it.
#[tokio::test(start_paused = true)]
async fn the_error_of_a_scope_that_stood_still_says_for_how_long_and_which_it_was() {
    #[scoped(idle = IDLE, name = "silent")]
    async fn silent(
        within: oneshot::Sender<Scope>,
    ) -> Result<BoxStream<'static, Result<(), Status>>, Status> {
        let scope = Scope::builder("within").timeout(HOUR).idle(HOUR);
        let _task = tokio::spawn(scope.run(async {
            let _ = within.send(Scope::current().unwrap());
            pending::<Result<(), ScopeError>>().await
        }));
        Ok(stream::pending().boxed())
    }
    let (sender, within) = oneshot::channel();
    let mut silent = silent(sender).await.unwrap();
    let within = within.await.unwrap();
    let status = silent.next().await.unwrap().unwrap_err();
    let said = status.message();
    assert!(said.contains("scope `silent`"), "{said}");
    assert!(said.contains("its `idle` limit of 10.0s"), "{said}");

    let error = within.check().unwrap_err();
    assert_eq!(error.reason(), Some(CloseReason::Idle));
    assert_eq!(error.limit_source(), Some(LimitSource::Idle));
    let said = error.to_string();
    assert!(said.starts_with("scope `within`"), "{said}");
    assert!(said.contains("the streams of scope `silent`"), "{said}");
    assert!(said.contains("its `idle` limit of 10.0s"), "{said}");
}
