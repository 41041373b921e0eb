//! The current scope's, without a handle. Outside any scope there are no limits.

use std::{future::pending, time::Duration};

use super::Scope;
use crate::{Deadline, error::ScopeError, lifecycle::CloseReason};

/// The deadline of the [current scope](Scope::current); `None` without one, or
/// outside any scope.
#[must_use]
pub fn deadline() -> Option<Deadline> {
    Scope::current()?.deadline()
}

/// The time left to the [current scope](Scope::current); `None` without a
/// deadline, or outside any scope.
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
