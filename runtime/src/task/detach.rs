use std::time::Duration;

use tokio::task::JoinHandle;

use crate::{
    error::ScopeError,
    lifecycle::{CloseReason, Site},
    scope::{Exit, Limits, Owner, Run},
};

/// Spawns a task that outlives the current scope: the one way out of it.
///
/// The task runs in a fresh root scope with its own name and its own limit, so
/// that it is counted, and ends. What it calls carries that limit on.
///
/// # Cancel safety
///
/// The task goes on when the handle is dropped.
///
/// # Errors
///
/// The handle yields a [`ScopeError`] when the limit was exceeded.
///
/// # Panics
///
/// Outside a tokio runtime, as [`tokio::spawn`] does.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let audit = tonic_scope::detach("audit", Duration::from_secs(5), async { "written" });
/// assert_eq!(audit.await.unwrap().unwrap(), "written");
/// # }
/// ```
#[track_caller]
pub fn detach<F>(
    name: &'static str,
    timeout: Duration,
    future: F,
) -> JoinHandle<Result<F::Output, ScopeError>>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let limits = Limits::new().timeout(timeout);
    let owner = Owner::open_in(None, Site::new(name), &limits, None, false);
    tokio::spawn(Run::<Detached, F, _>::new(owner, future))
}

/// Any result leaves a detached task; its own end is an error beside it.
#[derive(Debug)]
struct Detached;

impl<T> Exit<T> for Detached {
    type Output = Result<T, ScopeError>;

    const STREAMING: bool = false;

    fn refuse(error: ScopeError) -> Self::Output {
        Err(error)
    }

    fn leave(result: T, owner: Owner) -> (Self::Output, Option<(Owner, CloseReason)>) {
        (Ok(result), Some((owner, CloseReason::Completed)))
    }
}
