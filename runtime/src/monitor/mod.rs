//! What is alive, and where it was made.

mod overdue;
mod snapshot;

use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) use self::overdue::{report_cleanup, report_overdue};
pub use self::snapshot::{Bond, ScopeSnapshot, snapshot};

static UNSCOPED_CALLS: AtomicU64 = AtomicU64::new(0);

/// How many scopes of this process have not ended.
///
/// A scope counts from the moment it opens until nothing is bound to it any
/// more, which is after its close if something could not be ended in time.
#[must_use]
pub fn live_scopes() -> usize {
    crate::lifecycle::live_count()
}

/// How many calls [`Scoped`](crate::Scoped) clients made outside any scope,
/// since the process began.
#[must_use]
pub fn unscoped_calls() -> u64 {
    UNSCOPED_CALLS.load(Ordering::Relaxed)
}

pub(crate) fn count_unscoped_call() {
    UNSCOPED_CALLS.fetch_add(1, Ordering::Relaxed);
}
