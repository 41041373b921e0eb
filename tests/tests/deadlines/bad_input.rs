//! Headers, durations and clocks as nobody should send, say or set them.

use std::time::Duration;

use bytes::Bytes;
use futures::future::poll_fn;
use http::{HeaderValue, Request as HttpRequest};
use tokio::time::Instant;
use tonic::{Code, Request, Status, body::Body, transport::Channel};
use tonic_scope::{
    CloseReason, Deadline, FutureExt as _, LimitSource, Limits, Scope, Scoped, ServerScopeLayer,
    scoped,
};
use tonic_scope_tests::shapes::{Answer, Ask, shapes_client::ShapesClient};
use tower::Service as _;

use crate::{
    SECOND,
    handlers::{self, Event},
    recorder::Recorder,
    scope_error,
};

/// Sends the headers of a unary call with these timeouts, and an empty message.
async fn send(mut channel: Channel, timeouts: Vec<HeaderValue>) -> http::Response<Body> {
    let message = http_body_util::Full::new(Bytes::from_static(&[0; 5]));
    let mut request = HttpRequest::post("http://memory/tonic_scope.tests.Shapes/Unary")
        .header("content-type", "application/grpc")
        .body(Body::new(message))
        .unwrap();
    for timeout in timeouts {
        request.headers_mut().append("grpc-timeout", timeout);
    }
    poll_fn(|cx| channel.poll_ready(cx)).await.unwrap();
    channel.call(request).await.unwrap()
}

fn values(said: &[&[u8]]) -> Vec<HeaderValue> {
    said.iter()
        .map(|value| HeaderValue::from_bytes(value).unwrap())
        .collect()
}

/// A request whose timeout cannot be read has none, and is served.
#[tokio::test(start_paused = true)]
async fn a_timeout_that_cannot_be_read_is_none() {
    let (memory, mut events) = handlers::serve(Some(ServerScopeLayer::new()));
    let unreadable: [&[&[u8]]; 13] = [
        &[b"123456789m"],
        &[b"5x"],
        &[b"5M5"],
        &[b"-5S"],
        &[b"+5S"],
        &[b""],
        &[b"S"],
        &[b"5"],
        &[b" 5S"],
        &[b"5.0S"],
        &[b"\xff5S"],
        &[b"99999999H"],
        &[b"5S", b"6S"],
    ];
    for said in unreadable {
        let call = tokio::spawn(send(memory.channel(), values(said)));
        match events.recv().await {
            Some(Event::Began(Some(scope))) => assert_eq!(scope.deadline(), None, "{said:?}"),
            other => panic!("{said:?}: {other:?}"),
        }
        call.abort();
    }
}

/// A caller that says zero has no time: the answer is there at once.
#[tokio::test(start_paused = true)]
async fn a_timeout_of_zero_is_over() {
    let (memory, mut events) = handlers::serve(Some(ServerScopeLayer::new()));
    for zero in [&b"0n"[..], b"0H", b"00000000m"] {
        let response = send(memory.channel(), values(&[zero])).await;
        assert_eq!(response.headers()["grpc-status"], "4", "{zero:?}");
    }
    assert!(events.try_recv().is_err(), "a handler began");
}

#[tokio::test(start_paused = true)]
async fn durations_beyond_the_clock_are_far_away() {
    let peer = Recorder::default();
    let mut client = ShapesClient::new(Scoped::new(peer.clone()));
    let limits = Limits::timeout(Duration::MAX)
        .and_idle(Duration::MAX)
        .and_reserve(Duration::MAX);
    let scope = Scope::builder("long")
        .timeout(Duration::MAX)
        .call_timeout(Duration::MAX)
        .idle(Duration::MAX)
        .reserve(Duration::MAX)
        .grace(Duration::MAX)
        .deadline(Deadline::after(Duration::MAX));
    let body = async move {
        let call = client.unary(Ask::default()).limited(limits);
        tokio::select! {
            biased;
            answer = call => answer.map(drop),
            () = std::future::ready(()) => Ok(()),
        }
    };
    scope.run(body).await.unwrap();
    assert_eq!(peer.requests(), 1);
    // A year is the longest that is ever said.
    assert_eq!(peer.told().as_deref(), Some("31500000S"));
}

#[scoped(timeout = own)]
async fn waits(own: Duration) -> Result<(), Status> {
    std::future::pending().await
}

/// A timeout of zero, or a deadline in the past: the body is not begun.
#[tokio::test(start_paused = true)]
async fn what_is_over_is_not_begun() {
    let error = waits(Duration::ZERO).await.unwrap_err();
    assert_eq!(
        scope_error(&error).limit_source(),
        Some(LimitSource::Timeout)
    );

    let past = Deadline::from(Instant::now());
    tokio::time::advance(SECOND).await;
    let begun = async { panic!("begun") };
    let status: Result<(), Status> = Scope::builder("late").deadline(past).run(begun).await;
    let status = status.unwrap_err();
    let error = scope_error(&status);
    assert_eq!(error.reason(), Some(CloseReason::DeadlineExceeded));
    assert_eq!(error.limit_source(), Some(LimitSource::Caller));
    assert_eq!(error.elapsed(), Duration::ZERO);
}

type Set = fn(&mut Request<Ask>);

/// Limits of zero for a call, said in any way: nothing is sent, whether or not
/// the peer would have been told.
#[tokio::test(start_paused = true)]
async fn a_call_without_time_is_not_sent() {
    let peer = Recorder::default();
    let client = ShapesClient::new(Scoped::new(peer.clone()));
    let zero = Duration::ZERO;
    let none = |_: &mut Request<Ask>| {};
    let of_request = |ask: &mut Request<Ask>| ask.set_timeout(Duration::ZERO);
    let cases: [(LimitSource, Limits, Set); 3] = [
        (LimitSource::Call, Limits::timeout(zero), none),
        (LimitSource::Call, Limits::timeout(zero).and_local(), none),
        (LimitSource::Request, Limits::new(), of_request),
    ];
    for (source, limits, set) in cases {
        let mut client = client.clone();
        let call = async move {
            let mut ask = Request::new(Ask::default());
            set(&mut ask);
            client.unary(ask).limited(limits).await.map(drop)
        };
        let status = Scope::builder("scope").run(call).await.unwrap_err();
        assert_eq!(status.code(), Code::DeadlineExceeded, "{status}");
        assert_eq!(
            scope_error(&status).limit_source(),
            Some(source),
            "{status}"
        );
    }
    let mut unlimited = client.clone();
    let status: Result<Answer, Status> = Scope::builder("scope")
        .call_timeout(zero)
        .run(async move { Ok(unlimited.unary(Ask::default()).await?.into_inner()) })
        .await;
    let status = status.unwrap_err();
    assert_eq!(
        scope_error(&status).limit_source(),
        Some(LimitSource::CallTimeout)
    );
    assert_eq!(peer.requests(), 0);
}
