//! A server whose requests have scopes, though its handlers say nothing of them.

mod front;
mod handlers;

use std::{sync::atomic::Ordering, time::Duration};

use bytes::Bytes;
use futures::{StreamExt, stream};
use http::HeaderMap;
use tonic::Code;
use tonic_scope::{CloseReason, Scope, ScopeError, Scoped, ServerScopeLayer};
use tonic_scope_tests::{
    channel,
    shapes::{Ask, shapes_client::ShapesClient},
};

use self::front::{Event, Front};

const LONG: Duration = Duration::from_secs(60);

/// An empty message, not compressed.
const MESSAGE: Bytes = Bytes::from_static(&[0; 5]);

fn status(headers: &HeaderMap) -> &str {
    headers["grpc-status"].to_str().unwrap()
}

#[tokio::test]
async fn the_time_of_an_upload_counts() {
    let mut front = Front::start(ServerScopeLayer::new()).await;
    let (_response, mut upload) = front.headers(Some("10S")).await;
    let pause = Duration::from_millis(50);
    tokio::time::sleep(pause).await;
    upload.send_data(MESSAGE, true).unwrap();
    let left = front.scope().await.remaining().unwrap();
    assert!(left + pause < Duration::from_secs(10), "{left:?}");
}

#[tokio::test]
async fn work_that_is_over_before_it_begins_is_not_begun() {
    let front = Front::start(ServerScopeLayer::new()).await;
    let (response, mut upload) = front.headers(Some("0n")).await;
    let _ = upload.send_data(MESSAGE, true);
    let response = response.await.unwrap();
    assert_eq!(status(response.headers()), "4");
    assert_eq!(front.handlers.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_handler_is_ended_at_its_callers_deadline() {
    let mut front = Front::start(ServerScopeLayer::new()).await;
    let (response, mut upload) = front.headers(Some("100m")).await;
    upload.send_data(MESSAGE, true).unwrap();
    let response = response.await.unwrap();
    assert_eq!(status(response.headers()), "4");
    let scope = front.scope().await;
    assert_eq!(scope.ended().await, CloseReason::DeadlineExceeded);
}

#[tokio::test]
async fn a_server_clamps_what_its_callers_say() {
    let second = Duration::from_secs(1);
    let layer = ServerScopeLayer::new()
        .with_default_timeout(second * 30)
        .with_min_timeout(second * 10)
        .with_max_timeout(second * 50);
    let mut front = Front::start(layer).await;
    for (said, given) in [
        (None, 30),
        (Some("1S"), 10),
        (Some("20S"), 20),
        (Some("90S"), 50),
        (Some("x"), 30),
    ] {
        let (_response, mut upload) = front.headers(said).await;
        upload.send_data(MESSAGE, true).unwrap();
        let left = front.scope().await.remaining().unwrap();
        assert!(
            left <= second * given && left > second * (given - 5),
            "{said:?}: {left:?}"
        );
    }
    let mut plain = Front::start(ServerScopeLayer::new()).await;
    let (_response, mut upload) = plain.headers(None).await;
    upload.send_data(MESSAGE, true).unwrap();
    assert_eq!(plain.scope().await.remaining(), None);
}

#[tokio::test]
async fn a_panic_is_internal_and_keeps_its_message_to_itself() {
    let mut front = Front::start(ServerScopeLayer::new()).await;
    let mut client = front.client().await;
    let status = client
        .unary(Ask {
            text: "panic".to_owned(),
        })
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::Internal);
    assert!(!status.message().contains("secret"), "{status}");
    assert_eq!(front.scope().await.ended().await, CloseReason::Panicked);
    let answer = client
        .unary(Ask {
            text: "answer".to_owned(),
        })
        .await
        .unwrap();
    assert_eq!(answer.get_ref().text, "answer", "the connection lives on");
}

#[tokio::test]
async fn a_reset_is_an_error_of_the_upload_and_not_its_end() {
    let mut front = Front::start(ServerScopeLayer::new()).await;
    let mut client = ShapesClient::new(Scoped::new(
        channel(format!("http://{}", front.address)).await,
    ));
    let body = async {
        let upload = stream::iter([Ask::default()]).chain(stream::pending());
        let call = client.upload(upload);
        tokio::select! {
            answer = call => panic!("{answer:?}"),
            scope = front.scope() => Ok::<_, ScopeError>(scope),
        }
    };
    let scope = Scope::builder("caller")
        .timeout(LONG)
        .run(body)
        .await
        .unwrap();
    match front.events.recv().await {
        Some(Event::Uploaded(Err(code))) => assert_eq!(code, Code::Aborted),
        other => panic!("{other:?}"),
    }
    scope.ended().await;

    let mut client = front.client().await;
    let upload = stream::iter([Ask::default(), Ask::default()]);
    assert_eq!(client.upload(upload).await.unwrap().get_ref().text, "2");
    front.scope().await;
    assert!(matches!(
        front.events.recv().await,
        Some(Event::Uploaded(Ok(())))
    ));
}

#[tokio::test]
async fn a_response_nobody_reads_does_not_keep_its_scope_open() {
    let layer = ServerScopeLayer::new().with_max_timeout(Duration::from_millis(500));
    let mut front = Front::start(layer).await;
    let mut client = front.client().await;
    let ask = Ask {
        text: "flood".to_owned(),
    };
    let unread = client.download(ask).await.unwrap().into_inner();
    let scope = front.scope().await;
    assert_eq!(scope.ended().await, CloseReason::DeadlineExceeded);
    let answers: Vec<_> = unread.collect().await;
    let (last, first) = answers.split_last().unwrap();
    assert!(first.iter().all(Result::is_ok));
    assert_eq!(last.as_ref().unwrap_err().code(), Code::DeadlineExceeded);
}

#[tokio::test]
async fn a_drain_lets_requests_finish_ends_those_that_do_not_and_refuses_new_ones() {
    let layer = ServerScopeLayer::new();
    let mut front = Front::start(layer.clone()).await;
    let mut client = front.client().await;
    let mut endless = client
        .download(Ask {
            text: "wait".to_owned(),
        })
        .await
        .unwrap()
        .into_inner();
    let scope = front.scope().await;

    let patient = tokio::spawn({
        let layer = layer.clone();
        async move { layer.drain(LONG).await }
    });
    let refused = || async {
        let status = front
            .client()
            .await
            .unary(Ask::default())
            .await
            .unwrap_err();
        assert_eq!(status.code(), Code::Unavailable, "{status}");
    };
    // Sealed by the first poll of the drain.
    tokio::task::yield_now().await;
    refused().await;
    assert_eq!(scope.close_reason(), None, "what is under way goes on");
    assert_eq!(layer.drain(Duration::from_millis(1)).await, 1);
    assert_eq!(patient.await.unwrap(), 0, "nothing was left for it");
    assert_eq!(scope.ended().await, CloseReason::Shutdown);
    assert_eq!(
        endless.message().await.unwrap_err().code(),
        Code::Unavailable
    );
    refused().await;
    assert_eq!(
        layer.drain(LONG).await,
        0,
        "there is nothing left to wait for"
    );
}

#[tokio::test]
async fn ordinary_calls_are_what_they_were() {
    let mut front = Front::start(ServerScopeLayer::new()).await;
    let mut client = front.client().await;

    let answer = client
        .unary(Ask {
            text: "answer".to_owned(),
        })
        .await
        .unwrap();
    assert_eq!(answer.metadata().get("x-shape").unwrap(), "unary");
    assert_eq!(front.scope().await.ended().await, CloseReason::Completed);

    let status = client
        .unary(Ask {
            text: "fail".to_owned(),
        })
        .await
        .unwrap_err();
    assert_eq!(
        (status.code(), status.message()),
        (Code::NotFound, "as asked")
    );
    assert_eq!(status.details(), b"details");
    assert_eq!(front.scope().await.ended().await, CloseReason::Failed);

    let answers = client
        .download(Ask {
            text: "three".to_owned(),
        })
        .await
        .unwrap()
        .into_inner();
    assert_eq!(answers.map(Result::unwrap).count().await, 3);
    assert_eq!(front.scope().await.ended().await, CloseReason::Completed);

    let mut answers = client
        .download(Ask {
            text: "fail".to_owned(),
        })
        .await
        .unwrap()
        .into_inner();
    assert!(answers.message().await.unwrap().is_some());
    assert_eq!(answers.message().await.unwrap_err().code(), Code::NotFound);
    assert_eq!(front.scope().await.ended().await, CloseReason::Failed);

    let asks = stream::iter(["a", "b"]).map(|text| Ask {
        text: text.to_owned(),
    });
    let answers = client.chat(asks).await.unwrap().into_inner();
    let answers: Vec<_> = answers.map(|answer| answer.unwrap().text).collect().await;
    assert_eq!(answers, ["a", "b"]);
    assert_eq!(front.scope().await.ended().await, CloseReason::Completed);
}
