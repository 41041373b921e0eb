use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use tokio::time::Instant;

use super::Deadline;

/// When something last moved, such as a stream, for a reader on another thread.
///
/// One more than the nanoseconds from a start that whoever holds it knows, or zero
/// for never: enough for 584 years.
#[derive(Debug, Default)]
pub(crate) struct Progress(AtomicU64);

impl Progress {
    /// Something has moved.
    pub(crate) fn record(&self, start: Instant) {
        self.record_at(start, Instant::now());
    }

    /// Something moved then.
    pub(crate) fn record_at(&self, start: Instant, then: Instant) {
        let since = then.saturating_duration_since(start);
        let nanos = u64::try_from(since.as_nanos()).unwrap_or(u64::MAX);
        // Relaxed: it is a time and orders nothing.
        self.0.store(nanos.saturating_add(1), Ordering::Relaxed);
    }

    /// When something last moved, from the start; `None` if nothing has.
    pub(crate) fn last(&self) -> Option<Duration> {
        let nanos = self.0.load(Ordering::Relaxed).checked_sub(1)?;
        Some(Duration::from_nanos(nanos))
    }

    /// When it will have stood still for `idle`.
    pub(crate) fn still_until(&self, start: Instant, idle: Duration) -> Deadline {
        let last = self.last().unwrap_or_default();
        Deadline::at(start, last.saturating_add(idle))
    }
}
