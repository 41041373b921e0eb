use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use tokio::time::Instant;

use super::Deadline;

/// When a stream last moved, for a reader on another thread.
///
/// Nanoseconds from a start that whoever holds it knows to the last message, or
/// zero: enough for 584 years.
#[derive(Debug, Default)]
pub(crate) struct Progress(AtomicU64);

impl Progress {
    /// Something has moved.
    pub(crate) fn record(&self, start: Instant) {
        let nanos = u64::try_from(start.elapsed().as_nanos())
            .unwrap_or(u64::MAX)
            .max(1);
        // Relaxed: it is a time and orders nothing.
        self.0.store(nanos, Ordering::Relaxed);
    }

    /// When something last moved, from the start; `None` if nothing has.
    pub(crate) fn last(&self) -> Option<Duration> {
        let nanos = self.0.load(Ordering::Relaxed);
        (nanos > 0).then(|| Duration::from_nanos(nanos))
    }

    /// When it will have stood still for `idle`.
    pub(crate) fn still_until(&self, start: Instant, idle: Duration) -> Deadline {
        let last = Duration::from_nanos(self.0.load(Ordering::Relaxed));
        Deadline::at(start, last.saturating_add(idle))
    }
}
