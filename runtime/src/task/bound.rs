use std::{
    future,
    panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind},
    pin::Pin,
    sync::{
        Arc, OnceLock, Weak,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use http::Uri;
use pin_project::pin_project;
use tokio::{
    runtime::Handle,
    task::{AbortHandle, JoinHandle, spawn_local},
    time::Instant,
};

use super::panicked;
use crate::{
    channels,
    lifecycle::{About, BondKind, CloseReason, End, Ending, Guard, Lifecycle},
    scope::{Scope, Work, ambient, on_runtime},
};

/// A task's end of its bond.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) scope: Scope,
    pub(super) place: &'static Location<'static>,
    spawned: Instant,
    /// Of a connection's task: where that goes, and which it is.
    connection: Option<Arc<Option<Uri>>>,
    handle: OnceLock<AbortHandle>,
    /// It has waited for the end of its scope: it will see the close itself.
    listens: AtomicBool,
}

impl Task {
    fn abort(&self) {
        if let Some(handle) = self.handle.get() {
            handle.abort();
        }
    }

    /// Whether its handle, too, knows that it has finished.
    pub(super) fn is_finished(&self) -> bool {
        self.handle.get().is_some_and(AbortHandle::is_finished)
    }
}

impl End for Task {
    fn end(&self, _: CloseReason) -> Ending {
        if self.listens.load(Ordering::Relaxed) {
            return Ending::Asked;
        }
        self.abort();
        Ending::Done
    }

    fn insist(&self) {
        self.abort();
    }

    fn about(&self) -> About {
        let connection = self.connection.as_ref();
        About {
            since: Some(self.spawned),
            target: connection
                .and_then(|address| Some(channels::written(Option::as_ref(address)?))),
            group: connection.map_or(0, |address| Arc::as_ptr(address).addr()),
            ..About::default()
        }
    }
}

impl Work for Task {
    fn listen(&self, watched: &Arc<Lifecycle>) {
        let scope = self.scope.lifecycle();
        // Relaxed: the lock of the scope, which the watch takes next and the
        // close before it looks here, orders it.
        if watched.contains(scope) && scope.allow_time(&on_runtime()).is_ok() {
            self.listens.store(true, Ordering::Relaxed);
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
        let this = self.project();
        // The panic goes on to the task's handle as it is.
        catch_unwind(AssertUnwindSafe(|| this.future.poll(cx))).unwrap_or_else(|payload| {
            panicked::end_scope_of(this.task, &*payload);
            resume_unwind(payload)
        })
    }
}

/// Binds a future; on a closed scope it is dropped at once (invariant 2).
fn bind<F>(
    scope: &Scope,
    kind: BondKind,
    place: &'static Location<'static>,
    connection: Option<Arc<Option<Uri>>>,
    future: impl FnOnce(&Arc<Task>) -> F,
) -> Option<Bound<F>> {
    let task = Arc::new(Task {
        scope: scope.clone(),
        place,
        spawned: Instant::now(),
        connection,
        handle: OnceLock::new(),
        listens: AtomicBool::new(false),
    });
    let end: Weak<Task> = Arc::downgrade(&task);
    let guard = scope.lifecycle().bind(kind, place, end).ok()?;
    Some(Bound {
        future: future(&task),
        task,
        guard,
    })
}

/// Makes a spawned task one that its scope can abort.
///
/// The scope may have closed between the bond and the spawn, and then found no
/// handle to abort. It closed under its lock before it looked for the handle,
/// so whoever looks under the lock after the handle is in place cannot miss it.
fn arm(kind: BondKind, task: &Task, handle: AbortHandle) {
    let handle = task.handle.get_or_init(|| handle);
    if task.scope.lifecycle().is_past(kind) && !task.listens.load(Ordering::Relaxed) {
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
    let within = |task: &Arc<Task>| ambient::working(Arc::clone(task) as _, scope.clone(), future);
    let Some(bound) = bind(scope, BondKind::Task, place, None, within) else {
        let never = tokio::spawn(future::pending());
        never.abort();
        return never;
    };
    let task = Arc::clone(&bound.task);
    let handle = tokio::spawn(bound);
    arm(BondKind::Task, &task, handle.abort_handle());
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
    let within = |task: &Arc<Task>| ambient::working(Arc::clone(task) as _, scope.clone(), future);
    let Some(bound) = bind(scope, BondKind::Task, place, None, within) else {
        let never = spawn_local(future::pending());
        never.abort();
        return never;
    };
    let task = Arc::clone(&bound.task);
    let handle = spawn_local(bound);
    arm(BondKind::Task, &task, handle.abort_handle());
    handle
}

/// Runs a task of a connection that the scope owns.
///
/// Outside a runtime there is nothing to run it on; it is dropped, and the
/// connection fails.
pub(crate) fn spawn_connection<F>(
    scope: &Scope,
    future: F,
    address: &Arc<Option<Uri>>,
    place: &'static Location<'static>,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let Ok(runtime) = Handle::try_current() else {
        return;
    };
    let connection = Some(Arc::clone(address));
    if let Some(bound) = bind(scope, BondKind::Connection, place, connection, |_| future) {
        let task = Arc::clone(&bound.task);
        arm(
            BondKind::Connection,
            &task,
            runtime.spawn(bound).abort_handle(),
        );
    }
}
