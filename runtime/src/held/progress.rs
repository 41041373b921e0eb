use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use tokio::time::Instant;

use crate::deadline::Deadline;

/// When a stream last moved, for a reader on another thread.
#[derive(Debug)]
pub(super) struct Progress {
    start: Instant,
    /// Nanoseconds from `start` to the last message: enough for 584 years.
    last: AtomicU64,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self {
            start: Instant::now(),
            last: AtomicU64::new(0),
        }
    }

    pub(super) fn record(&self) {
        let nanos = u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        // Relaxed: it is a time and orders nothing.
        self.last.store(nanos, Ordering::Relaxed);
    }

    /// When the stream will have stood still for `idle`.
    pub(super) fn still_until(&self, idle: Duration) -> Deadline {
        let last = Duration::from_nanos(self.last.load(Ordering::Relaxed));
        Deadline::at(self.start, last.saturating_add(idle))
    }
}
