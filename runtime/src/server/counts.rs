use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use crate::deadline::Deadline;

/// What a [`ServerScopeLayer`](crate::ServerScopeLayer) has seen of its server's
/// requests since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerCounts {
    /// All of them.
    pub requests: u64,
    /// Those whose time was over before they began.
    pub expired: u64,
    /// Of those, the ones that were answered without running the handler.
    pub refused: u64,
    /// Those that ran on after their caller's deadline because the layer only
    /// observes.
    pub late: u64,
    /// Those whose handler, or its response stream, panicked.
    pub panicked: u64,
}

/// The counts, shared by all clones of a layer.
#[derive(Debug, Default)]
pub(super) struct Counts {
    requests: AtomicU64,
    expired: AtomicU64,
    refused: AtomicU64,
    late: AtomicU64,
    panicked: AtomicU64,
}

impl Counts {
    pub(super) fn request(&self) {
        add(&self.requests);
    }

    pub(super) fn expired(&self, refused: bool) {
        add(&self.expired);
        if refused {
            add(&self.refused);
        }
    }

    pub(super) fn panicked(&self) {
        add(&self.panicked);
    }

    pub(super) fn read(&self) -> ServerCounts {
        let [requests, expired, refused, late, panicked] = [
            &self.requests,
            &self.expired,
            &self.refused,
            &self.late,
            &self.panicked,
        ]
        .map(|count| count.load(Ordering::Relaxed));
        ServerCounts {
            requests,
            expired,
            refused,
            late,
            panicked,
        }
    }
}

/// Relaxed: counts order nothing.
fn add(count: &AtomicU64) {
    count.fetch_add(1, Ordering::Relaxed);
}

/// A request that counts: as late, if it is there when the deadline that is only
/// observed is over.
#[derive(Debug)]
pub(super) struct Counted {
    pub(super) counts: Arc<Counts>,
    pub(super) observed: Option<Deadline>,
}

impl Drop for Counted {
    fn drop(&mut self) {
        if self.observed.is_some_and(Deadline::is_over) {
            add(&self.counts.late);
            tracing::debug!("a request ran on after its caller's deadline, which is only observed");
        }
    }
}
