//! `#[scoped]` beside `#[tokio::main]` and `#[tokio::test]`, in either order.

use std::{future::pending, time::Duration};

use tonic::Status;
use tonic_scope::{Scope, scoped};

/// The scope of the code that calls it, and the time that is left in it.
fn here() -> (&'static str, Option<u64>) {
    let scope = Scope::current().expect("in a scope");
    let left = scope.remaining().as_ref().map(Duration::as_secs);
    (scope.name(), left)
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
#[scoped(timeout = "5s")]
async fn main_above(n: u8) -> Result<(u8, (&'static str, Option<u64>)), Status> {
    tokio::spawn(async {})
        .await
        .map_err(|_| Status::internal("lost"))?;
    if n > 1 {
        return Err(Status::aborted("as asked"));
    }
    Ok((n, here()))
}

#[scoped(timeout = "5s")]
#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main_below(n: u8) -> Result<(u8, (&'static str, Option<u64>)), Status> {
    tokio::spawn(async {})
        .await
        .map_err(|_| Status::internal("lost"))?;
    if n > 1 {
        return Err(Status::aborted("as asked"));
    }
    Ok((n, here()))
}

#[test]
fn main_runs_in_a_scope() {
    assert_eq!(main_above(1).unwrap(), (1, ("main_above", Some(5))));
    assert_eq!(main_below(1).unwrap(), (1, ("main_below", Some(5))));
    for error in [main_above(2), main_below(2)] {
        assert_eq!(error.unwrap_err().code(), tonic::Code::Aborted);
    }
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
#[scoped(timeout = "5s")]
async fn hangs() -> Result<(), Status> {
    pending().await
}

#[test]
fn main_ends_at_its_deadline() {
    assert_eq!(hangs().unwrap_err().code(), tonic::Code::DeadlineExceeded);
}

#[tokio::test(start_paused = true)]
#[scoped(timeout = "5s")]
async fn a_test_above_runs_in_a_scope() -> Result<(), Status> {
    assert_eq!(here(), ("a_test_above_runs_in_a_scope", Some(5)));
    Ok(())
}

#[scoped(timeout = "5s")]
#[tokio::test(start_paused = true)]
async fn a_test_below_runs_in_a_scope() -> Result<(), Status> {
    assert_eq!(here(), ("a_test_below_runs_in_a_scope", Some(5)));
    Ok(())
}
