//! What is counted. The counts are the process's, and other tests' scopes are in
//! them: each of these looks at what only it does.

use std::{future::pending, time::Duration};

use futures::{StreamExt, stream, stream::BoxStream};
use tokio::task::JoinHandle;
use tonic::{Code, Status};
use tonic_scope::{
    CloseReason, Scope, ScopeError,
    monitor::{self, Totals, totals},
    scoped,
};
use tonic_scope_tests::{Peer, long_lived, settles, shapes::Ask};

const LIMIT: Duration = Duration::from_secs(60);

#[scoped(idle = "1s")]
async fn stands_still() -> Result<BoxStream<'static, Result<(), Status>>, Status> {
    Ok(stream::pending().boxed())
}

/// Ends a scope for a reason.
async fn ends(reason: CloseReason) {
    let scope = Scope::builder("ends").timeout(LIMIT);
    match reason {
        CloseReason::Completed => {
            let run = scope.run(async { Ok::<_, ScopeError>(()) });
            run.await.unwrap();
        }
        CloseReason::Failed => {
            let run = scope.run(async { Err::<(), _>(Status::data_loss("")) });
            run.await.unwrap_err();
        }
        CloseReason::DeadlineExceeded => {
            let run = scope.run(pending::<Result<(), ScopeError>>());
            run.await.unwrap_err();
        }
        CloseReason::Idle => {
            let mut stream = stands_still().await.unwrap();
            stream.next().await.unwrap().unwrap_err();
        }
        CloseReason::Cancelled => {
            let run = scope.run(async {
                Scope::current().unwrap().cancel();
                pending::<Result<(), ScopeError>>().await
            });
            run.await.unwrap_err();
        }
        CloseReason::OwnerDropped => {
            drop(scope.run(pending::<Result<(), ScopeError>>()));
        }
        CloseReason::Panicked => {
            let run = scope.run(async { panic!("as asked") });
            let run: JoinHandle<Result<(), ScopeError>> = tokio::spawn(run);
            assert!(run.await.unwrap_err().is_panic());
        }
        other => panic!("{other}: it ends the process"),
    }
}

#[tokio::test(start_paused = true)]
async fn scopes_are_counted_by_the_reason_for_which_they_closed() {
    for (reason, _) in totals().closed.iter() {
        if reason == CloseReason::Shutdown {
            continue;
        }
        let before = totals();
        ends(reason).await;
        let after = totals();
        assert!(after.opened > before.opened, "{reason}");
        let count = |totals: &Totals| totals.closed.of(reason);
        assert!(count(&after) > count(&before), "{reason}");
        assert!(after.opened >= after.closed.sum());
        assert!(monitor::live_scopes() as u64 <= after.opened);
    }
}

#[tokio::test]
async fn each_call_is_counted_once_by_its_outcome() {
    let _alone = crate::GIVES_UP.lock().await;
    let peer = Peer::start().await;
    let client = long_lived(peer.url()).await;
    let [out_of_time, given_up] = [Code::DeadlineExceeded, Code::Cancelled];
    let before = totals().calls;
    let counted = |code| totals().calls.of(code) - before.of(code);

    let quick = Scope::builder("quick").call_timeout(Duration::from_millis(20));
    let mut calls = client.clone();
    let run = quick.run(async { calls.unary(Ask::default()).await });
    assert_eq!(run.await.unwrap_err().code(), out_of_time);
    assert_eq!(counted(out_of_time), 1);

    // Until then it is under way, though its headers and a message are there.
    let mut calls = client.clone();
    let run = Scope::builder("gives up").timeout(LIMIT).run(async {
        let mut answers = calls.download(Ask::default()).await?.into_inner();
        answers.message().await?;
        assert_eq!(counted(given_up), 0);
        Ok::<_, Status>(())
    });
    run.await.unwrap();
    assert_eq!(counted(given_up), 1);

    let mut calls = client.clone();
    let opened = peer.opened();
    let run = Scope::builder("called off").timeout(LIMIT).run(async {
        let scope = Scope::current().unwrap();
        scope.spawn(async move { calls.unary(Ask::default()).await });
        assert_eq!(settles(|| peer.opened(), opened + 1).await, opened + 1);
        scope.cancel();
        pending::<Result<(), ScopeError>>().await
    });
    run.await.unwrap_err();
    assert_eq!(counted(given_up), 2);
    assert_eq!(counted(out_of_time), 1);
}

#[tokio::test]
async fn what_comes_too_late_is_counted() {
    let run = Scope::builder("over").run(async { Ok::<_, ScopeError>(Scope::current().unwrap()) });
    let scope = run.await.unwrap();
    let before = totals().late;
    drop(scope.spawn(pending::<()>()));
    assert!(totals().late > before);
}
