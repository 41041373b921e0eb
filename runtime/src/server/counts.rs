use std::{
    panic::Location,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

use crate::{channels::Ledger, deadline::Deadline, lifecycle::CloseReason, scope::Scope};

static SERVERS: Ledger<Counts> = Ledger::new();

/// What a [`ServerScopeLayer`](crate::ServerScopeLayer) has seen of its server's
/// requests since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ServerCounts {
    /// All of them.
    pub requests: u64,
    /// Those that were answered with `OK`, to the end.
    pub succeeded: u64,
    /// Those that ended otherwise: with another status, or because the caller went
    /// away.
    pub failed: u64,
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

/// A server of the process that has a [`ServerScopeLayer`](crate::ServerScopeLayer),
/// as it was when it was looked at.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ServerSnapshot {
    /// No other server's, nor that of a channel or a socket.
    pub id: u64,
    /// Where its layer was made.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::serial::place"))]
    pub location: &'static Location<'static>,
    /// How long ago that was.
    #[cfg_attr(
        feature = "serde",
        serde(rename = "age_seconds", serialize_with = "crate::serial::seconds")
    )]
    pub age: Duration,
    /// What its layer has seen.
    pub counts: ServerCounts,
}

/// The servers of the process that have a
/// [`ServerScopeLayer`](crate::ServerScopeLayer), by number.
///
/// # Examples
///
/// ```
/// use tonic_scope::{ServerScopeLayer, monitor};
///
/// let scopes = ServerScopeLayer::new();
/// // Server::builder().layer(scopes.clone()) ..., and from anywhere:
/// for server in monitor::servers() {
///     println!("{}: {} requests, {} failed", server.location, server.counts.requests, server.counts.failed);
/// }
/// # assert_eq!(monitor::servers().len(), 1);
/// # drop(scopes);
/// ```
#[must_use]
pub fn servers() -> Vec<ServerSnapshot> {
    let all = SERVERS.all();
    let of = |counts: &Arc<Counts>| ServerSnapshot {
        id: counts.id,
        location: counts.location,
        age: counts.made.elapsed(),
        counts: counts.read(),
    };
    all.iter().map(of).collect()
}

/// The counts, shared by all clones of a layer.
#[derive(Debug)]
pub(super) struct Counts {
    pub(super) id: u64,
    location: &'static Location<'static>,
    made: Instant,
    requests: AtomicU64,
    succeeded: AtomicU64,
    failed: AtomicU64,
    expired: AtomicU64,
    refused: AtomicU64,
    late: AtomicU64,
    panicked: AtomicU64,
}

impl Counts {
    #[track_caller]
    pub(super) fn new() -> Arc<Self> {
        let location = Location::caller();
        SERVERS.enter(|id| Self {
            id,
            location,
            made: Instant::now(),
            requests: AtomicU64::new(0),
            succeeded: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            expired: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            late: AtomicU64::new(0),
            panicked: AtomicU64::new(0),
        })
    }

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

    /// A request is over that was not run.
    pub(super) fn turned_away(&self) {
        add(&self.failed);
    }

    pub(super) fn read(&self) -> ServerCounts {
        // What is over first, so that it is never more than what has begun.
        let over = [&self.succeeded, &self.failed].map(|count| count.load(Ordering::Acquire));
        let [succeeded, failed] = over;
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
            succeeded,
            failed,
            expired,
            refused,
            late,
            panicked,
        }
    }
}

impl Drop for Counts {
    fn drop(&mut self) {
        SERVERS.leave(self.id);
    }
}

/// Relaxed: counts order nothing.
fn add(count: &AtomicU64) {
    count.fetch_add(1, Ordering::Relaxed);
}

/// A request that counts, when it is over and its scope closed: by how that ended,
/// and as late, if the deadline that is only observed is over.
#[derive(Debug)]
pub(super) struct Counted {
    pub(super) counts: Arc<Counts>,
    pub(super) scope: Scope,
    pub(super) observed: Option<Deadline>,
}

impl Drop for Counted {
    fn drop(&mut self) {
        add(match self.scope.close_reason() {
            Some(CloseReason::Completed) => &self.counts.succeeded,
            _ => &self.counts.failed,
        });
        if self.observed.is_some_and(Deadline::is_over) {
            add(&self.counts.late);
            tracing::debug!("a request ran on after its caller's deadline, which is only observed");
        }
    }
}
