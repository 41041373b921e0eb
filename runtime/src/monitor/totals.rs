//! What is counted since the process began.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::time::Instant;
use tonic::Code;

use crate::lifecycle::{self, CloseReason, SHARDS, shard_of_this_thread};

/// What has been counted since the process began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Totals {
    /// Scopes that were opened: those that have ended, and those that live.
    pub opened: u64,
    /// Scopes that have ended, by the reason for which they had closed.
    pub closed: CloseCounts,
    /// Calls that were bound to a scope and are over, by outcome. One that was
    /// given up is `CANCELLED`; one that was refused before it began, for its
    /// scope was closed or its time was over, is not a call.
    pub calls: CallCounts,
    /// What was to be bound to a scope that had closed.
    pub late: u64,
    /// Calls of [`Scoped`](crate::Scoped) clients outside any scope.
    pub unscoped_calls: u64,
    /// Scopes that were reported as overdue.
    pub overdue: u64,
}

/// How many scopes there were, for each reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CloseCounts([u64; CloseReason::ALL.len()]);

/// How many calls there were, for each gRPC status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallCounts([u64; CODES.len()]);

/// What has been counted since the process began.
///
/// It costs next to nothing: a lock for each of 32 lists, held for a moment.
///
/// # Examples
///
/// ```
/// use tonic::Code;
/// use tonic_scope::{CloseReason, Scope, ScopeError, monitor};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), ScopeError> {
/// Scope::builder("answer").run(async { Ok::<_, ScopeError>(42) }).await?;
/// let totals = monitor::totals();
/// assert_eq!((totals.opened, totals.closed.sum()), (1, 1));
/// assert_eq!(totals.closed.of(CloseReason::Completed), 1);
/// assert_eq!(totals.calls.of(Code::DeadlineExceeded), 0);
/// for (reason, scopes) in totals.closed.iter().filter(|(_, scopes)| *scopes > 0) {
///     println!("{reason}: {scopes}");
/// }
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn totals() -> Totals {
    let (opened, ended) = lifecycle::ledger();
    let mut calls = CallCounts::default();
    for line in &OUTCOMES {
        (calls.0.iter_mut().zip(&line.0)).for_each(|(all, some)| *all += read(some));
    }
    Totals {
        opened,
        closed: CloseCounts(ended),
        calls,
        late: lifecycle::late_count(),
        unscoped_calls: read(&UNSCOPED_CALLS),
        overdue: read(&OVERDUE),
    }
}

/// How many scopes of this process have not ended.
///
/// A scope counts from the moment it opens until nothing is bound to it any
/// more, which is after its close if something could not be ended in time.
///
/// # Examples
///
/// ```
/// use tonic_scope::{Scope, ScopeError, monitor};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), ScopeError> {
/// let run = Scope::builder("answer").run(async { Ok::<_, ScopeError>(monitor::live_scopes()) });
/// assert_eq!(run.await?, 1);
/// assert_eq!(monitor::live_scopes(), 0);
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn live_scopes() -> usize {
    lifecycle::live_count()
}

/// How many calls [`Scoped`](crate::Scoped) clients made outside any scope,
/// since the process began.
///
/// # Examples
///
/// ```
/// use http::{Request, Response};
/// use tonic::{Status, body::Body};
/// use tonic_scope::{Scoped, monitor};
/// use tower::{ServiceExt as _, service_fn};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Status> {
/// let transport = service_fn(|_| async { Ok::<_, Status>(Response::new(Body::empty())) });
/// let client = Scoped::new(transport); // a generated client would be round it
/// client.oneshot(Request::new(Body::empty())).await?;
/// assert_eq!(monitor::unscoped_calls(), 1);
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn unscoped_calls() -> u64 {
    read(&UNSCOPED_CALLS)
}

#[cfg(all(test, feature = "console"))]
impl Totals {
    /// Each count another number.
    pub(super) fn sample() -> Self {
        Self {
            opened: 38,
            closed: CloseCounts([1, 2, 3, 4, 5, 6, 7, 8]),
            calls: CallCounts([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]),
            late: 9,
            unscoped_calls: 10,
            overdue: 11,
        }
    }
}

impl CloseCounts {
    /// Those that closed for a reason.
    #[must_use]
    pub fn of(&self, reason: CloseReason) -> u64 {
        self.0[reason as usize]
    }

    /// All of them.
    #[must_use]
    pub fn sum(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Each reason with its count, also where that is zero.
    pub fn iter(&self) -> impl Iterator<Item = (CloseReason, u64)> {
        CloseReason::ALL.into_iter().zip(self.0)
    }
}

impl CallCounts {
    /// Those that ended with a status.
    #[must_use]
    pub fn of(&self, code: Code) -> u64 {
        self.0[code as usize]
    }

    /// All of them.
    #[must_use]
    pub fn sum(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Each status with its count, also where that is zero.
    pub fn iter(&self) -> impl Iterator<Item = (Code, u64)> {
        (0..).map(Code::from_i32).zip(self.0)
    }
}

/// The names of gRPC's status codes, in the order of their numbers.
pub(super) const CODES: [&str; 17] = [
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];

/// As gRPC spells it, `DEADLINE_EXCEEDED`.
pub(super) fn name_of(code: Code) -> &'static str {
    CODES[code as usize]
}

#[cfg(feature = "serde")]
impl serde::Serialize for CloseCounts {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(reason, count)| (reason.as_str(), count)))
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for CallCounts {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(code, count)| (name_of(code), count)))
    }
}

/// A cache line or two of counters for each shard of threads, so that those of
/// different cores do not wait for each other.
#[repr(align(128))]
struct Line([AtomicU64; CODES.len()]);

static OUTCOMES: [Line; SHARDS] =
    [const { Line([const { AtomicU64::new(0) }; CODES.len()]) }; SHARDS];
static UNSCOPED_CALLS: AtomicU64 = AtomicU64::new(0);
static OVERDUE: AtomicU64 = AtomicU64::new(0);

// Relaxed, all of them: they order nothing.

/// Counts a call that was made then and is over now.
pub(crate) fn count_call(outcome: Code, made: Instant) {
    let shard = shard_of_this_thread();
    OUTCOMES[shard].0[outcome as usize].fetch_add(1, Ordering::Relaxed);
    #[cfg(feature = "metrics")]
    super::metrics::record_call(shard, outcome, made.elapsed());
    #[cfg(not(feature = "metrics"))]
    let _ = made;
}

pub(crate) fn count_unscoped_call() {
    UNSCOPED_CALLS.fetch_add(1, Ordering::Relaxed);
}

pub(super) fn count_overdue() {
    OVERDUE.fetch_add(1, Ordering::Relaxed);
}

fn read(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}
