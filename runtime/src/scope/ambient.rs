//! The scope that the running code is in.

use std::sync::Arc;

use tokio::task::futures::TaskLocalFuture;

use super::Scope;
use crate::lifecycle::Lifecycle;

tokio::task_local! {
    static CURRENT: Scope;
    static WORK: Arc<dyn Work>;
}

/// Something that runs in a scope and can be given time to finish when that
/// scope closes: a task, or a future that was brought into it.
pub(crate) trait Work: Send + Sync {
    /// The work waits for the end of `watched`. If that ends its own scope too,
    /// it will hear of it, and is given time.
    fn listen(&self, watched: &Arc<Lifecycle>);
}

/// The innermost scope of the running task, if it is in one.
pub(crate) fn current() -> Option<Scope> {
    CURRENT.try_with(Scope::clone).ok()
}

/// Looks at the innermost scope of the running task, if it is in one.
pub(crate) fn with(f: impl FnOnce(&Scope)) {
    // Outside a scope there is nothing to look at.
    let _ = CURRENT.try_with(f);
}

/// Tells the work that is running, if it is bound to a scope, that it waits for
/// the end of `watched`.
pub(crate) fn listen(watched: &Arc<Lifecycle>) {
    let _ = WORK.try_with(|work| work.listen(watched));
}

/// Runs `future` in `scope`: on every poll, and while it is being dropped.
#[inline]
pub(crate) fn within<F: Future>(scope: Scope, future: F) -> TaskLocalFuture<Scope, F> {
    CURRENT.scope(scope, future)
}

/// The same, for a future that is bound by itself.
pub(crate) fn working<F: Future>(
    work: Arc<dyn Work>,
    scope: Scope,
    future: F,
) -> impl Future<Output = F::Output> + use<F> {
    WORK.scope(work, within(scope, future))
}

/// Runs one poll of a future that is bound by itself.
pub(crate) fn enter_working<R>(work: Arc<dyn Work>, scope: &Scope, f: impl FnOnce() -> R) -> R {
    WORK.sync_scope(work, || enter(scope, f))
}

/// Runs `f` in `scope`.
pub(crate) fn enter<R>(scope: &Scope, f: impl FnOnce() -> R) -> R {
    CURRENT.sync_scope(scope.clone(), f)
}
