use std::panic::Location;

use tokio::task::JoinHandle;

use super::bound;
use crate::scope::Scope;

impl Scope {
    /// Spawns a task that cannot outlive the scope.
    ///
    /// It runs in the scope, and what it spawns there is bound as well. When the
    /// scope closes the task is aborted, and the close waits for it; one that has
    /// [waited for the close](Self::cancelled) is given the scope's `grace` first.
    /// In a scope that is already closed it never runs, and its handle reports a
    /// cancelled task.
    ///
    /// # A task that panics
    ///
    /// It ends its scope: the rest is ended, and the scope's error says where the
    /// task was spawned and what the panic said. The handle yields the
    /// `JoinError` all the same, and before that: a body that waits for it is
    /// polled with the error, and if it then returns `Ok`, that counts. What it
    /// still awaits after that is cut off, and an error of its own gives way to the
    /// scope's. Where a panic is an outcome like another, catch it in the task
    /// (`futures::FutureExt::catch_unwind`).
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime, as [`tokio::spawn`] does.
    ///
    /// # Examples
    ///
    /// ```
    /// use tonic_scope::{Scope, ScopeError};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), ScopeError> {
    /// let task = Scope::builder("answer")
    ///     .run(async {
    ///         let scope = Scope::current().expect("inside the scope");
    ///         Ok::<_, ScopeError>(scope.spawn(std::future::pending::<()>()))
    ///     })
    ///     .await?;
    /// assert!(task.await.unwrap_err().is_cancelled()); // it ended with its scope
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        bound::spawn_in(self, future, Location::caller())
    }
}

/// Spawns a task that cannot outlive the [current scope](Scope::current); see
/// [`Scope::spawn`]. Outside any scope it is [`tokio::spawn`].
///
/// # Panics
///
/// Outside a tokio runtime, as [`tokio::spawn`] does.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// // In a helper, which `#[scoped]` does not look into.
/// async fn doubled(number: u64) -> Option<u64> {
///     tonic_scope::spawn(async move { number * 2 }).await.ok()
/// }
/// assert_eq!(doubled(7).await, Some(14));
/// # }
/// ```
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    match Scope::current() {
        Some(scope) => scope.spawn(future),
        None => tokio::spawn(future),
    }
}
