//! Snapshots for tests.

use std::{
    panic::Location,
    time::{Duration, SystemTime},
};

use super::{Bond, ScopeId, ScopePhase, ScopeSnapshot, Snapshot, What};
use crate::monitor::totals;

/// So many scopes of a name and an age, each with a task.
#[track_caller]
pub(in crate::monitor) fn sample(name: &'static str, live: usize, age: Duration) -> Snapshot {
    let location = Location::caller();
    let scope = |n: usize| ScopeSnapshot {
        id: ScopeId(n as u64),
        parent: None,
        depth: 0,
        name,
        location,
        age,
        limit: None,
        phase: ScopePhase::Open,
        close_reason: None,
        overdue: false,
        bonds: vec![Bond {
            what: What::Task {},
            location,
            age: Some(age),
        }],
    };
    Snapshot {
        taken: SystemTime::UNIX_EPOCH,
        totals: totals(),
        scopes: (0..live).map(scope).collect(),
    }
}
