//! The scope that the running code is in.

use tokio::task::futures::TaskLocalFuture;

use super::Scope;

tokio::task_local! {
    static CURRENT: Scope;
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

/// Runs `future` in `scope`: on every poll, and while it is being dropped.
pub(crate) fn within<F: Future>(scope: Scope, future: F) -> TaskLocalFuture<Scope, F> {
    CURRENT.scope(scope, future)
}

/// Runs `f` in `scope`.
pub(crate) fn enter<R>(scope: &Scope, f: impl FnOnce() -> R) -> R {
    CURRENT.sync_scope(scope.clone(), f)
}
