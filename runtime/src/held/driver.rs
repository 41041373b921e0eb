use std::{pin::pin, sync::Arc, time::Duration};

use futures::future::{Either, select};
use tokio::{runtime::Handle, time::sleep_until};

use super::progress::Progress;
use crate::{
    deadline::Deadline,
    lifecycle::{CloseReason, Lifecycle, Meta},
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
pub(super) fn start(scope: &Arc<Lifecycle>, progress: &Arc<Progress>) {
    let meta = scope.meta();
    if meta.deadline.is_none() && meta.idle.is_none() {
        return;
    }
    if let Ok(runtime) = Handle::try_current() {
        runtime.spawn(drive(Arc::clone(scope), Arc::clone(progress)));
    }
}

/// The close is looked at before the timer: it has already happened.
async fn drive(scope: Arc<Lifecycle>, progress: Arc<Progress>) {
    let mut closed = pin!(scope.watch(false));
    loop {
        let (limit, reason) = next_limit(scope.meta(), &progress);
        match select(closed.as_mut(), pin!(sleep_until(limit.instant()))).await {
            Either::Left(_) => return watch_over(scope).await,
            Either::Right(_) => {}
        }
        // The stream may have moved since the timer was set.
        if next_limit(scope.meta(), &progress).0.is_over() {
            scope.close(reason);
        }
    }
}

/// Which limit ends the stream if nothing happens, and when. The deadline wins
/// a draw.
fn next_limit(meta: &Meta, progress: &Progress) -> (Deadline, CloseReason) {
    let still = meta.idle.map(|idle| progress.still_until(idle.into()));
    match (meta.deadline, still) {
        (Some(deadline), Some(still)) if still < deadline => (still, CloseReason::Idle),
        (Some(deadline), _) => (deadline, CloseReason::DeadlineExceeded),
        (None, Some(still)) => (still, CloseReason::Idle),
        (None, None) => (
            Deadline::after(Duration::MAX),
            CloseReason::DeadlineExceeded,
        ),
    }
}
