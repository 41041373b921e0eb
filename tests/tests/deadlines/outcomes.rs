//! A call has one outcome, whatever meets at its deadline.

use std::{future::ready, time::Duration};

use futures::{StreamExt as _, stream};
use tokio::{
    sync::{mpsc::unbounded_channel, oneshot},
    time::{advance, pause, resume, sleep},
};
use tonic::{Code, Status};
use tonic_scope::{CloseReason, FutureExt as _, LimitSource, Limits, Scope, ScopeError, Scoped};
use tonic_scope_tests::{
    Apart, Peer, Seen, long_lived, settles,
    shapes::{Ask, shapes_client::ShapesClient},
};

use crate::{HOUR, SECOND, handlers, scope_error};

/// A result that is there at the very moment of the deadline wins.
#[tokio::test(start_paused = true)]
async fn a_result_that_is_ready_wins_over_the_deadline() {
    let scope = Scope::builder("scope").timeout(SECOND);
    let result = scope
        .run(async {
            sleep(SECOND).await;
            Ok::<_, ScopeError>("done")
        })
        .await;
    assert_eq!(result.unwrap(), "done");

    let limited = async {
        sleep(SECOND).await;
        Ok::<_, ScopeError>("done")
    };
    let result = limited.limited(Limits::timeout(SECOND)).await;
    assert_eq!(result.unwrap(), "done");
}

/// The first reason stays, and the outcome tells it, in whatever order the rest
/// comes.
#[tokio::test(start_paused = true)]
async fn of_a_cancel_and_a_deadline_the_first_counts() {
    for (cancel_after, reason, code) in [
        (SECOND / 2, CloseReason::Cancelled, Code::Cancelled),
        (
            SECOND * 2,
            CloseReason::DeadlineExceeded,
            Code::DeadlineExceeded,
        ),
    ] {
        let (sender, mut scopes) = unbounded_channel();
        let body = async move {
            sender.send(Scope::current().unwrap()).unwrap();
            std::future::pending::<Result<(), Status>>().await
        };
        let running = tokio::spawn(Scope::builder("scope").timeout(SECOND).run(body));
        let scope = scopes.recv().await.unwrap();
        sleep(cancel_after).await;
        scope.cancel();
        let status = running.await.unwrap().unwrap_err();
        assert_eq!(status.code(), code);
        assert_eq!(scope_error(&status).reason(), Some(reason));
        assert_eq!(scope.close_reason(), Some(reason));
    }
}

/// A stream ends with one error and then `None`, on a limit of the call's and on
/// one of the scope's that closes it from outside.
#[tokio::test(start_paused = true)]
async fn a_stream_that_runs_out_of_time_ends_once() {
    let (memory, _events) = handlers::serve(None);
    let client = ShapesClient::new(Scoped::new(memory.channel()));
    for limits in [Some(Limits::timeout(SECOND)), None] {
        let mut client = client.clone();
        let scope = Scope::builder("scope").timeout(limits.map_or(SECOND, |_| HOUR));
        let limits = limits.unwrap_or_default();
        // A task of its own, so that the stream is read beyond the scope's end.
        let (sender, mut received) = unbounded_channel();
        let body = async move {
            let answers = client.download(Ask::default()).limited(limits).await?;
            sender
                .send(answers.into_inner())
                .map_err(|_| Status::internal("nobody reads"))?;
            std::future::pending::<Result<(), Status>>().await
        };
        let running = tokio::spawn(scope.run(body));
        let answers = received.recv().await.unwrap();
        let outcomes: Vec<Result<_, Status>> = answers.collect().await;
        assert_eq!(outcomes.len(), 2, "{outcomes:?}");
        assert!(outcomes[0].is_ok());
        let status = outcomes[1].as_ref().unwrap_err();
        assert_eq!(status.code(), Code::DeadlineExceeded, "{status}");
        running.abort();
    }
}

/// A peer that resets the call because the time that it was told is over says
/// `CANCEL`, which means the deadline.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reset_that_comes_of_our_own_deadline_is_the_deadline() {
    let server = Apart::new("server");
    let url = server.run(tonic_scope_tests::serve(Silent)).await;
    let client = long_lived(url).await;
    let short = Duration::from_millis(20);
    let statuses: Vec<Status> = stream::iter(0..500)
        .map(|_| {
            let mut client = client.clone();
            // The scope is patient: what ends the call is the peer's timer or ours.
            let scope = Scope::builder("patient").timeout(HOUR).call_timeout(short);
            scope.run(
                async move { Ok::<_, Status>(client.unary(Ask::default()).await.unwrap_err()) },
            )
        })
        .buffer_unordered(50)
        .map(Result::unwrap)
        .collect()
        .await;
    for status in statuses {
        assert_eq!(status.code(), Code::DeadlineExceeded, "{status}");
        let error = scope_error(&status);
        assert_eq!(
            error.limit_source(),
            Some(LimitSource::CallTimeout),
            "{status}"
        );
    }
}

/// Dropped at the deadline itself, and before it: the peer sees one reset, and the
/// scope has one reason.
#[tokio::test]
async fn a_call_that_is_dropped_is_reset_once() {
    let peer = Peer::start().await;
    let client = long_lived(peer.url()).await;
    for round in 1..=20 {
        let mut client = client.clone();
        let (under_way, is_under_way) = oneshot::channel();
        let body = async move {
            let mut answers = client.download(Ask::default()).await?.into_inner();
            answers.message().await?;
            let _ = under_way.send(());
            answers.message().await.map(drop)
        };
        let mut run = Box::pin(Scope::builder("dropped").timeout(HOUR).run(body));
        tokio::select! {
            result = &mut run => panic!("before its deadline: {result:?}"),
            begun = is_under_way => begun.unwrap(),
        }
        // The peer has the call, however slow the machine is; now the hour is over.
        if round % 2 == 0 {
            pause();
            advance(HOUR).await;
            resume();
        }
        tokio::select! {
            result = run => assert!(result.is_err()),
            () = ready(()) => {}
        }
        let resets = || {
            let seen = peer.seen();
            seen.iter()
                .filter(|seen| matches!(seen, Seen::Reset(h2::Reason::CANCEL)))
                .count()
        };
        assert_eq!(settles(resets, round).await, round);
        assert_eq!(settles(|| peer.calls(), 0).await, 0);
    }
}

struct Silent;

#[tonic::async_trait]
impl tonic_scope_tests::shapes::shapes_server::Shapes for Silent {
    type DownloadStream = stream::Pending<Result<tonic_scope_tests::shapes::Answer, Status>>;
    type ChatStream = Self::DownloadStream;

    async fn unary(
        &self,
        _: tonic::Request<Ask>,
    ) -> Result<tonic::Response<tonic_scope_tests::shapes::Answer>, Status> {
        std::future::pending().await
    }

    async fn upload(
        &self,
        _: tonic::Request<tonic::Streaming<Ask>>,
    ) -> Result<tonic::Response<tonic_scope_tests::shapes::Answer>, Status> {
        std::future::pending().await
    }

    async fn download(
        &self,
        _: tonic::Request<Ask>,
    ) -> Result<tonic::Response<Self::DownloadStream>, Status> {
        Ok(tonic::Response::new(stream::pending()))
    }

    async fn chat(
        &self,
        _: tonic::Request<tonic::Streaming<Ask>>,
    ) -> Result<tonic::Response<Self::ChatStream>, Status> {
        Ok(tonic::Response::new(stream::pending()))
    }
}
