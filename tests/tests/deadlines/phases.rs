//! How far something had come when its time was over, in each shape of call, under
//! the scope's limit and under the call's own.

use futures::{StreamExt as _, future::BoxFuture, stream};
use tokio::time::Instant;
use tonic::{
    Code, Status,
    transport::{Channel, Endpoint, Uri},
};
use tonic_scope::{CloseReason, FutureExt as _, LimitSource, Limits, Phase, Scope, Scoped, scoped};
use tonic_scope_tests::shapes::{Ask, shapes_client::ShapesClient};
use tower::service_fn;

use crate::{HOUR, SECOND, handlers, scope_error};

type Client = ShapesClient<Scoped<Channel>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Unary,
    Upload,
    Download,
    Chat,
}

const SHAPES: [Shape; 4] = [Shape::Unary, Shape::Upload, Shape::Download, Shape::Chat];

impl Shape {
    fn streams(self) -> bool {
        matches!(self, Self::Download | Self::Chat)
    }

    /// Makes the call, and waits for more than there ever is.
    fn call(self, mut client: Client, limits: Limits) -> BoxFuture<'static, Result<(), Status>> {
        let upload = || stream::iter([Ask::default()]).chain(stream::pending());
        Box::pin(async move {
            let mut answers = match self {
                Self::Unary => {
                    let answer = client.unary(Ask::default()).limited(limits).await;
                    return answer.map(drop);
                }
                Self::Upload => return client.upload(upload()).limited(limits).await.map(drop),
                Self::Download => client.download(Ask::default()).limited(limits).await?,
                Self::Chat => client.chat(upload()).limited(limits).await?,
            }
            .into_inner();
            while answers.message().await?.is_some() {}
            Ok(())
        })
    }

    fn path(self) -> String {
        format!("/tonic_scope.tests.Shapes/{self:?}")
    }
}

/// A channel to nowhere: connecting never comes to an end.
fn nowhere() -> Channel {
    let never = service_fn(|_: Uri| {
        std::future::pending::<Result<hyper_util::rt::TokioIo<tokio::io::DuplexStream>, Status>>()
    });
    Endpoint::from_static("http://nowhere").connect_with_connector_lazy(never)
}

#[tokio::test(start_paused = true)]
async fn the_error_says_which_call_was_in_flight_and_how_far_it_had_come() {
    let (memory, _events) = handlers::serve(None);
    for shape in SHAPES {
        for (channel, phase) in [
            (nowhere(), Phase::Connecting),
            (
                memory.channel(),
                if shape.streams() {
                    Phase::Streaming
                } else {
                    Phase::Headers
                },
            ),
        ] {
            let client = ShapesClient::new(Scoped::new(channel));
            let case = format!("{shape:?}, {phase:?}");

            let start = Instant::now();
            let status = Scope::builder("scope")
                .timeout(SECOND * 2)
                .run(shape.call(client.clone(), Limits::new()))
                .await
                .unwrap_err();
            assert_eq!(status.code(), Code::DeadlineExceeded, "{case}: {status}");
            let error = scope_error(&status);
            assert_eq!(error.limit_source(), Some(LimitSource::Timeout), "{case}");
            assert_eq!(error.in_flight(), Some(&*shape.path()), "{case}");
            assert_eq!(error.phase(), Some(phase), "{case}");
            assert_eq!(start.elapsed().as_millis(), 2_000, "{case}");

            let start = Instant::now();
            let status = Scope::builder("patient")
                .timeout(HOUR)
                .run(shape.call(client, Limits::timeout(SECOND * 2)))
                .await
                .unwrap_err();
            assert_eq!(status.code(), Code::DeadlineExceeded, "{case}: {status}");
            assert_eq!(start.elapsed().as_millis(), 2_000, "{case}");
            // What ends a stream is written as trailers, and those have no source.
            let message = status.message();
            assert!(
                message.contains("the limit said for this call"),
                "{case}: {message}"
            );
            let said = format!("{} was {phase}", shape.path());
            assert!(message.contains(&said), "{case}: {message}");
            if phase != Phase::Streaming {
                let error = scope_error(&status);
                assert_eq!(error.limit_source(), Some(LimitSource::Call), "{case}");
                assert_eq!(error.in_flight(), Some(&*shape.path()), "{case}");
                assert_eq!(error.phase(), Some(phase), "{case}");
                assert_eq!(error.elapsed(), SECOND * 2, "{case}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_waits_for_no_call_was_running() {
    let scope = Scope::builder("scope").timeout(SECOND);
    let status = scope
        .run(std::future::pending::<Result<(), Status>>())
        .await
        .unwrap_err();
    let error = scope_error(&status);
    assert_eq!(error.phase(), Some(Phase::Handler));
    assert_eq!(error.in_flight(), None);
    assert_eq!(error.elapsed(), SECOND);
}

#[scoped(timeout = SECOND)]
async fn connects() -> Result<(), Status> {
    let never = service_fn(|_: Uri| {
        std::future::pending::<Result<hyper_util::rt::TokioIo<tokio::io::DuplexStream>, Status>>()
    });
    let endpoint = Endpoint::from_static("http://nowhere");
    endpoint.connect_with_connector(never).await?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn an_attempt_to_connect_is_in_flight_too() {
    let status = connects().await.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status}");
    let error = scope_error(&status);
    assert_eq!(error.phase(), Some(Phase::Connecting));
    assert_eq!(error.in_flight(), Some("http://nowhere/"));
}

/// The call of a scope inside of the one whose time is over.
#[tokio::test(start_paused = true)]
async fn a_call_of_a_nested_scope_is_in_flight() {
    let client = ShapesClient::new(Scoped::new(nowhere()));
    let nested = tokio::sync::oneshot::channel::<()>();
    let body = async move {
        // A task has the call: when the outer scope ends, nobody polls it first.
        let inner = Scope::builder("inner").no_timeout();
        let call = inner.run(Shape::Unary.call(client, Limits::new()));
        let scope = Scope::current().unwrap();
        let _task = scope.spawn(call);
        nested.1.await.map_err(|_| Status::internal("never sent"))
    };
    let status = Scope::builder("outer")
        .timeout(SECOND)
        .run(body)
        .await
        .unwrap_err();
    drop(nested.0);
    let error = scope_error(&status);
    assert_eq!(error.scope_name(), "outer");
    assert_eq!(error.reason(), Some(CloseReason::DeadlineExceeded));
    assert_eq!(error.in_flight(), Some("/tonic_scope.tests.Shapes/Unary"));
    assert_eq!(error.phase(), Some(Phase::Connecting));
}

/// Nothing is sent for what is over before it begins.
#[tokio::test(start_paused = true)]
async fn an_expired_or_closed_scope_fails_a_call_at_once_and_here() {
    let (memory, mut events) = handlers::serve(None);
    for shape in SHAPES {
        let client = ShapesClient::new(Scoped::new(memory.channel()));
        let scope = Scope::builder("over").timeout(SECOND);
        let late = scope
            .run(async {
                // Still inside of the poll in which the time runs out.
                tokio::time::advance(SECOND * 2).await;
                Ok::<_, Status>(shape.call(client.clone(), Limits::new()).await.unwrap_err())
            })
            .await;
        let status = late.unwrap_or_else(|status| status);
        assert_eq!(status.code(), Code::DeadlineExceeded, "{shape:?}: {status}");

        let start = Instant::now();
        let status = Scope::builder("closed")
            .run(async {
                let scope = Scope::current().unwrap();
                let call = shape.call(client.clone(), Limits::new());
                scope.cancel();
                Ok::<_, Status>(call.await.unwrap_err())
            })
            .await
            .unwrap();
        assert_eq!(status.code(), Code::Cancelled, "{shape:?}: {status}");
        assert_eq!(scope_error(&status).scope_name(), "closed");
        assert_eq!(start.elapsed(), std::time::Duration::ZERO);
    }
    drop(memory);
    assert!(events.try_recv().is_err(), "something was sent");
}
