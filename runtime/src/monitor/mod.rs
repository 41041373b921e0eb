//! What is alive, and where it was made.
//!
//! - [`snapshot`]: every live scope with what it holds, as a tree, a table or JSON.
//! - [`totals`]: what has been counted since the process began.
//! - [`thresholds`]: an alarm before it hurts, and where to start.
//! - `metrics` (with the feature of that name): the same for Prometheus and others.
//!
//! # What is logged
//!
//! `tracing` has one event for each end that is not usual, from the scope that it
//! begins at; scopes within that end with it say nothing. (Of scopes with the same
//! deadline it is the one that sees it first.) An end that is usual
//! (completed, failed) says nothing either, nor does a call. Filter by
//! `tonic_scope`.
//!
//! | event | level | with |
//! |---|---|---|
//! | a scope's deadline has passed, or its stream stood still | `WARN` | `scope`, `place`, `reason`, `age`, `limit`, and the `call` under way with its `phase` |
//! | a scope ended in a panic | `ERROR` | the same |
//! | a scope was cancelled, given up by its owner, or shut down | `INFO` | the same |
//! | a closed scope still holds something: it is overdue | `WARN` | `scope`, `place`, `reason`, `grace`, and one more event for each thing, with its place and age |
//! | what an overdue scope held is gone | `INFO` | `scope`, `place`, `overdue`: for how long |
//! | refused by a scope that has closed | `WARN` | `scope`, `reason`, `late`: what, `place`: where |
//! | a cleanup did not come to its end | `WARN` | `scope`, `reason`, `place`, `fate` |
//! | a threshold was crossed, or has recovered | `WARN`, `INFO` | `measure`, `scope`, `value`, `level` |

#[cfg(feature = "metrics")]
pub mod metrics;
mod overdue;
mod snapshot;
pub mod thresholds;
mod totals;

pub(crate) use self::{
    overdue::{report_cleanup, report_overdue},
    totals::{count_call, count_unscoped_call},
};
#[cfg(feature = "console")]
pub use crate::console::{Console, ConsoleBuilder, ConsoleError, serve};
pub use crate::{
    channels::{
        ChannelOrigin, ChannelSnapshot, ChannelState, SocketAddress, SocketSnapshot, channels,
    },
    server::{ServerCounts, ServerSnapshot, servers},
};

pub use self::{
    snapshot::{Bond, Limit, ScopeId, ScopePhase, ScopeSnapshot, Snapshot, What, snapshot},
    totals::{CallCounts, CloseCounts, Totals, live_scopes, totals, unscoped_calls},
};
