//! The current scope's, without a handle. Outside any scope there are no limits.

use std::{future::pending, time::Duration};

use super::Scope;
use crate::{Deadline, error::ScopeError, lifecycle::CloseReason};

/// The deadline of the [current scope](Scope::current); `None` without one, or
/// outside any scope.
///
/// # Examples
///
/// ```
/// assert_eq!(tonic_scope::deadline(), None); // outside any scope
/// ```
#[must_use]
pub fn deadline() -> Option<Deadline> {
    Scope::current()?.deadline()
}

/// The time left to the [current scope](Scope::current); `None` without a
/// deadline, or outside any scope.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tonic_scope::{Scope, ScopeError};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), ScopeError> {
/// let left = Scope::builder("answer")
///     .timeout(Duration::from_secs(2))
///     .run(async { Ok::<_, ScopeError>(tonic_scope::remaining()) })
///     .await?;
/// assert!(left.is_some_and(|left| left <= Duration::from_secs(2)));
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn remaining() -> Option<Duration> {
    Scope::current()?.remaining()
}

/// Whether it is still worth starting the next stage of the work; outside any
/// scope it is.
///
/// # Errors
///
/// The [current scope](Scope::current) is closed, or its deadline has passed.
///
/// # Examples
///
/// ```
/// # fn main() -> Result<(), tonic_scope::ScopeError> {
/// tonic_scope::check()?;
/// // ... the next, expensive stage.
/// # Ok(())
/// # }
/// ```
pub fn check() -> Result<(), ScopeError> {
    Scope::current().map_or(Ok(()), |scope| scope.check())
}

/// Waits until the [current scope](Scope::current), of the moment of the call, is
/// closed; see [`Scope::cancelled`]. Outside any scope it waits for ever.
///
/// # Cancel safety
///
/// Dropping the future forgets the wait and nothing else.
///
/// # Examples
///
/// ```
/// use tonic_scope::{CloseReason, Scope, ScopeError};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), ScopeError> {
/// let task = Scope::builder("batch")
///     .run(async {
///         let task = tonic_scope::spawn(async {
///             // ... and write what is left, within the scope's grace.
///             tonic_scope::cancelled().await
///         });
///         tokio::task::yield_now().await;
///         Ok::<_, ScopeError>(task)
///     })
///     .await?;
/// assert_eq!(task.await.expect("it had its time"), CloseReason::Completed);
/// # Ok(())
/// # }
/// ```
pub fn cancelled() -> impl Future<Output = CloseReason> + Send + Sync + use<> {
    let closed = Scope::current().map(|scope| scope.cancelled());
    async move {
        match closed {
            Some(closed) => closed.await,
            None => pending().await,
        }
    }
}

/// Runs `cleanup` when the [current scope](Scope::current) closes; see
/// [`Scope::defer`].
///
/// # Errors
///
/// The scope is closed, or there is none: `cleanup` is dropped and never runs.
///
/// # Examples
///
/// ```
/// use tonic_scope::{Scope, ScopeError};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), ScopeError> {
/// Scope::builder("lease")
///     .run(async { tonic_scope::defer(async { println!("given back") }) })
///     .await?;
/// assert!(tonic_scope::defer(async {}).is_err()); // outside any scope
/// # Ok(())
/// # }
/// ```
#[track_caller]
pub fn defer<F>(cleanup: F) -> Result<(), ScopeError>
where
    F: Future<Output = ()> + Send + 'static,
{
    match Scope::current() {
        Some(scope) => scope.defer(cleanup),
        None => Err(ScopeError::outside()),
    }
}
