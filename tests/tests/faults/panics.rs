//! What panics in a handler, in its tasks, cleanups and streams: its caller is
//! told, nobody else is, and the server serves on.

use std::sync::Arc;

use futures::{FutureExt as _, StreamExt, stream};
use tonic::{Code, Status};
use tonic_scope::{CloseReason, defer, spawn};
use tonic_scope_tests::{
    Apart, channel,
    shapes::{Answer, shapes_client::ShapesClient},
};

use crate::{
    callers::Served,
    harness::{Does, LONG, Shape, call},
};

for_each_shape!(handler_panics, stream_panics, task_panics, cleanup_panics);

/// Calls twice, and returns what came of it; why the handlers' scopes closed must
/// be `reason`.
async fn called(does: Does, shape: Shape, reason: CloseReason) -> Result<(), Status> {
    let mut served = Served::start(LONG, does).await;
    let caller = Apart::new("caller");
    let url = served.url.clone();
    let calls = caller.run(async move {
        let channel = channel(url).await;
        let first = call(ShapesClient::new(channel.clone()), shape).await;
        let second = call(ShapesClient::new(channel), shape).await;
        let codes = [&first, &second].map(|it| it.as_ref().map_err(Status::code).copied());
        assert_eq!(codes[0], codes[1], "the server serves on");
        first
    });
    let outcome = calls.await;
    for _ in 0..2 {
        assert_eq!(served.scope().await.ended().await, reason);
    }
    drop(caller);
    served.nothing_is_left().await;
    outcome
}

async fn handler_panics(shape: Shape) {
    let does: Does = Arc::new(|_| panic!("secret"));
    let status = called(does, shape, CloseReason::Panicked)
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::Internal, "{status}");
    assert!(!status.message().contains("secret"), "{status}");
}

async fn stream_panics(shape: Shape) {
    let does: Does = Arc::new(move |_| {
        let first = stream::iter(shape.streams().then(|| Ok(Answer::default())));
        let then = async { panic!("in a stream") };
        first.chain(then.into_stream()).boxed()
    });
    let status = called(does, shape, CloseReason::Panicked)
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::Internal, "{status}");
}

async fn task_panics(shape: Shape) {
    let does: Does = Arc::new(|_| {
        let _task = spawn(async { panic!("in a task") });
        stream::pending().boxed()
    });
    let status = called(does, shape, CloseReason::Panicked)
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::Internal, "{status}");
    assert!(status.message().contains("panicked: in a task"), "{status}");
    assert!(status.message().contains(file!()), "{status}");
}

async fn cleanup_panics(shape: Shape) {
    let does: Does = Arc::new(|_| {
        defer(async { panic!("in a cleanup") }).unwrap();
        stream::iter([Ok(Answer::default())]).boxed()
    });
    called(does, shape, CloseReason::Completed).await.unwrap();
}
