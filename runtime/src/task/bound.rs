use std::{
    future,
    panic::Location,
    pin::Pin,
    sync::{Arc, OnceLock, Weak},
    task::{Context, Poll},
};

use pin_project::pin_project;
use tokio::{
    runtime::Handle,
    task::{AbortHandle, JoinHandle, spawn_local},
};

use crate::{
    lifecycle::{BondKind, CloseReason, End, Guard},
    scope::{Scope, ambient},
};

/// A task's end of its bond.
#[derive(Debug, Default)]
struct Task {
    handle: OnceLock<AbortHandle>,
}

impl End for Task {
    fn end(&self, _: CloseReason) {
        if let Some(handle) = self.handle.get() {
            handle.abort();
        }
    }
}

/// A future that holds its bond until it is dropped, which tokio does when it
/// completes, panics or is aborted.
#[pin_project]
struct Bound<F> {
    #[pin]
    future: F,
    // Dropped after the future: while the bond is there, so may the future be.
    task: Arc<Task>,
    guard: Guard,
}

impl<F: Future> Future for Bound<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.project().future.poll(cx)
    }
}

/// Binds `future`; on a closed scope it is dropped at once (invariant 2).
fn bind<F>(
    scope: &Scope,
    kind: BondKind,
    future: F,
    place: &'static Location<'static>,
) -> Option<Bound<F>> {
    let task = Arc::new(Task::default());
    let end: Weak<Task> = Arc::downgrade(&task);
    let guard = scope.lifecycle().bind(kind, place, end).ok()?;
    Some(Bound {
        future,
        task,
        guard,
    })
}

/// Makes a spawned task one that its scope can abort.
///
/// The scope may have closed between the bond and the spawn, and then found no
/// handle to abort. It closed under its lock before it looked for the handle,
/// so whoever looks under the lock after the handle is in place cannot miss it.
fn arm(scope: &Scope, task: &Task, handle: AbortHandle) {
    let handle = task.handle.get_or_init(|| handle);
    if scope.lifecycle().is_closed() {
        handle.abort();
    }
}

#[track_caller]
pub(crate) fn spawn_in<F>(
    scope: &Scope,
    future: F,
    place: &'static Location<'static>,
) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let Some(bound) = bind(
        scope,
        BondKind::Task,
        ambient::within(scope.clone(), future),
        place,
    ) else {
        let never = tokio::spawn(future::pending());
        never.abort();
        return never;
    };
    let task = Arc::clone(&bound.task);
    let handle = tokio::spawn(bound);
    arm(scope, &task, handle.abort_handle());
    handle
}

#[track_caller]
pub(crate) fn spawn_local_in<F>(
    scope: &Scope,
    future: F,
    place: &'static Location<'static>,
) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    let Some(bound) = bind(
        scope,
        BondKind::Task,
        ambient::within(scope.clone(), future),
        place,
    ) else {
        let never = spawn_local(future::pending());
        never.abort();
        return never;
    };
    let task = Arc::clone(&bound.task);
    let handle = spawn_local(bound);
    arm(scope, &task, handle.abort_handle());
    handle
}

/// Runs a task of a connection that the scope owns.
///
/// Outside a runtime there is nothing to run it on; it is dropped, and the
/// connection fails.
pub(crate) fn spawn_connection<F>(scope: &Scope, future: F, place: &'static Location<'static>)
where
    F: Future<Output = ()> + Send + 'static,
{
    let Ok(runtime) = Handle::try_current() else {
        return;
    };
    if let Some(bound) = bind(scope, BondKind::Connection, future, place) {
        let task = Arc::clone(&bound.task);
        arm(scope, &task, runtime.spawn(bound).abort_handle());
    }
}
