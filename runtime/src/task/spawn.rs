use std::panic::Location;

use tokio::task::JoinHandle;

use super::bound;
use crate::scope::Scope;

impl Scope {
    /// Spawns a task that cannot outlive the scope.
    ///
    /// It runs in the scope. When the scope closes the task is aborted, and the
    /// close waits for it. In a scope that is already closed it never runs, and
    /// its handle reports a cancelled task.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime, as [`tokio::spawn`] does.
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        bound::spawn_in(self, future, Location::caller())
    }
}
