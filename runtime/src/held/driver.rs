use std::{pin::pin, sync::Arc, time::Duration};

use futures::future::{Either, select};
use tokio::{runtime::Handle, time::sleep_until};

use crate::{
    deadline::Deadline,
    lifecycle::{CloseReason, Lifecycle},
    scope::watch_over,
};

/// Enforces the limits of a returned stream's scope, whether or not anybody
/// polls the stream (invariant 10).
///
/// A transport whose peer has stopped reading does not poll; a timer inside the
/// stream would never be looked at. The driver lives for as long as the scope
/// is open, and then sees to it that what could not be ended is reported.
///
/// A scope without limits needs none. Outside a runtime there is none, and the
/// scope ends with its owner.
pub(super) fn start(scope: &Arc<Lifecycle>) {
    let meta = scope.meta();
    if meta.deadline.is_none() && meta.idle.is_none() {
        return;
    }
    if let Ok(runtime) = Handle::try_current() {
        runtime.spawn(drive(Arc::clone(scope)));
    }
}

/// The close is looked at before the timer: it has already happened.
async fn drive(scope: Arc<Lifecycle>) {
    let mut closed = pin!(scope.watch(false));
    loop {
        let (limit, reason) = next_limit(&scope);
        match select(closed.as_mut(), pin!(sleep_until(limit.instant()))).await {
            Either::Left(_) => return watch_over(scope).await,
            Either::Right(_) => {}
        }
        // The stream may have moved since the timer was set.
        if next_limit(&scope).0.is_over() {
            scope.close(reason);
        }
    }
}

/// Which limit ends the stream if nothing happens, and when. The deadline wins
/// a draw.
fn next_limit(scope: &Lifecycle) -> (Deadline, CloseReason) {
    match (scope.meta().deadline, scope.still_until()) {
        (Some(deadline), Some(still)) if still < deadline => (still, CloseReason::Idle),
        (Some(deadline), _) => (deadline, CloseReason::DeadlineExceeded),
        (None, Some(still)) => (still, CloseReason::Idle),
        (None, None) => (
            Deadline::after(Duration::MAX),
            CloseReason::DeadlineExceeded,
        ),
    }
}
