//! The scope that the running code is in.

use std::{
    cell::RefCell,
    mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use pin_project::{pin_project, pinned_drop};

use super::Scope;
use crate::lifecycle::Lifecycle;

// Not tokio's `task_local!`, which does the same for whatever it is given: this is
// entered with each poll, and tokio's took three of ten instructions of a wake-up.
thread_local! {
    static CURRENT: RefCell<Option<Scope>> = const { RefCell::new(None) };
}

tokio::task_local! {
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
    let current = CURRENT.try_with(|current| current.borrow().clone());
    current.ok().flatten()
}

/// Looks at the innermost scope of the running task, if it is in one.
pub(crate) fn with(f: impl FnOnce(&Scope)) {
    // Outside a scope there is nothing to look at.
    let _ = CURRENT.try_with(|current| current.borrow().as_ref().map(f));
}

/// Tells the work that is running, if it is bound to a scope, that it waits for
/// the end of `watched`.
pub(crate) fn listen(watched: &Arc<Lifecycle>) {
    let _ = WORK.try_with(|work| work.listen(watched));
}

/// Runs `future` in `scope`: on every poll, and while it is being dropped.
#[inline]
pub(crate) fn within<F: Future>(scope: Scope, future: F) -> Within<F> {
    Within {
        scope: Some(scope),
        future: Some(future),
    }
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
    lend(&mut Some(scope.clone()), f)
}

/// Runs `f` in the scope that is there, which is lent to it: there again at the end,
/// however that comes. This way no handle is counted.
#[inline]
pub(super) fn lend<R>(scope: &mut Option<Scope>, f: impl FnOnce() -> R) -> R {
    let _inside = Inside::of(scope);
    f()
}

/// A future that is polled and dropped in a scope.
#[pin_project(PinnedDrop)]
#[derive(Debug)]
pub(crate) struct Within<F> {
    /// While the future runs, the scope that whoever polls it is in.
    scope: Option<Scope>,
    #[pin]
    future: Option<F>,
}

impl<F: Future> Future for Within<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _inside = Inside::of(this.scope);
        match this.future.as_pin_mut() {
            Some(future) => future.poll(cx),
            // It is there until the drop.
            None => Poll::Pending,
        }
    }
}

#[pinned_drop]
impl<F> PinnedDrop for Within<F> {
    fn drop(self: Pin<&mut Self>) {
        let mut this = self.project();
        let _inside = Inside::of(this.scope);
        this.future.set(None);
    }
}

/// Running code is in the scope that was here, which is put back at the end,
/// however that comes.
struct Inside<'a>(&'a mut Option<Scope>);

impl<'a> Inside<'a> {
    #[inline]
    fn of(scope: &'a mut Option<Scope>) -> Self {
        exchange(scope);
        Self(scope)
    }
}

impl Drop for Inside<'_> {
    #[inline]
    fn drop(&mut self) {
        exchange(self.0);
    }
}

/// On a thread that ends there is no current scope any more.
#[inline]
fn exchange(scope: &mut Option<Scope>) {
    let _ = CURRENT.try_with(|current| mem::swap(&mut *current.borrow_mut(), scope));
}
