//! A panic in a task ends the task's scope.

use std::{any::Any, sync::Arc};

use tokio::{runtime::Handle, task::yield_now};

use super::bound::Task;
use crate::{
    lifecycle::{CloseReason, Lifecycle, TaskPanic},
    panics,
};

/// Ends the scope of a task whose panic is on its way to the task's handle.
///
/// From here on the scope closes for that reason and no other. It is closed when
/// the handle knows of the panic, so that a body which waits for the handle is
/// polled with the error before it is cut off.
pub(super) fn end_scope_of(task: &Arc<Task>, payload: &(dyn Any + Send)) {
    let scope = task.scope.lifecycle();
    note(scope, task.place, payload);
    let closes = Closes(Arc::clone(scope));
    if let Ok(runtime) = Handle::try_current() {
        let task = Arc::clone(task);
        runtime.spawn(async move {
            let _closes = closes;
            // It is being unwound on another thread, or behind us in the queue.
            while !task.is_finished() {
                yield_now().await;
            }
        });
    }
}

/// Notes the panic as the reason for which `scope` closes.
pub(super) fn note(
    scope: &Lifecycle,
    place: &'static std::panic::Location<'static>,
    payload: &(dyn Any + Send),
) {
    scope.note_panic(TaskPanic {
        message: panics::message(payload).into(),
        place,
    });
}

/// Closes a scope when it is dropped, which a runtime that shuts down does as
/// well.
struct Closes(Arc<Lifecycle>);

impl Drop for Closes {
    fn drop(&mut self) {
        self.0.close(CloseReason::Panicked);
    }
}
