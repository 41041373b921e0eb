//! What is alive, and where it was made.

mod overdue;
#[cfg(feature = "serde")]
mod serial;
mod snapshot;
mod totals;

pub(crate) use self::{
    overdue::{report_cleanup, report_overdue},
    totals::{count_call, count_unscoped_call},
};
pub use self::{
    snapshot::{Bond, Limit, ScopeId, ScopePhase, ScopeSnapshot, Snapshot, What, snapshot},
    totals::{CallCounts, CloseCounts, Totals, live_scopes, totals, unscoped_calls},
};
