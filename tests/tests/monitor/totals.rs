//! What is counted. The counts are the process's, and other tests' scopes are in
//! them: each of these looks at what only it does.

use std::{future::pending, time::Duration};

use tonic::{Code, Status};
use tonic_scope::{
    CloseReason, Scope, ScopeError,
    monitor::{self, totals},
};
use tonic_scope_tests::{Peer, long_lived, settles, shapes::Ask};

const LIMIT: Duration = Duration::from_secs(60);

#[tokio::test]
async fn scopes_are_counted_by_the_reason_for_which_they_closed() {
    let before = totals();
    let run = Scope::builder("fails").run(async { Err::<(), _>(Status::data_loss("")) });
    run.await.unwrap_err();
    let after = totals();
    assert!(after.opened > before.opened);
    assert!(after.closed.of(CloseReason::Failed) > before.closed.of(CloseReason::Failed));
    assert!(after.opened >= after.closed.sum());
    assert!(monitor::live_scopes() as u64 <= after.opened);
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
