//! What the page shows: the counts of all that is alive, and the oldest scopes.

use serde::Serialize;

use crate::{
    monitor::{self, Snapshot, What},
    pool,
};

/// How many scopes are sent to the page. A browser that has to draw more of them
/// each second is no help to anybody; the table groups them all.
const SHOWN: usize = 2_000;

#[derive(Debug, Serialize)]
pub(super) struct View {
    process: u32,
    live: Live,
    /// The tree, cut off after so many scopes: each comes before those within it.
    #[serde(flatten)]
    snapshot: Snapshot,
}

/// What is alive, whether or not it is shown.
#[derive(Debug, Default, Serialize)]
struct Live {
    scopes: usize,
    tasks: usize,
    calls: usize,
    streams: usize,
    clients: usize,
    /// Those that scopes own, and those of the pools.
    connections: usize,
    overdue: usize,
}

pub(super) fn take() -> View {
    let mut snapshot = monitor::snapshot();
    let live = Live::count(&snapshot);
    snapshot.scopes.truncate(SHOWN);
    View {
        process: std::process::id(),
        live,
        snapshot,
    }
}

impl Live {
    fn count(snapshot: &Snapshot) -> Self {
        let mut live = Self {
            scopes: snapshot.scopes.len(),
            connections: pool::registry::connections(),
            overdue: snapshot.scopes.iter().filter(|it| it.overdue).count(),
            ..Self::default()
        };
        for bond in snapshot.bonds() {
            match bond.what {
                What::Task { .. } => live.tasks += 1,
                What::Call { .. } => live.calls += 1,
                What::Stream { .. } => live.streams += 1,
                What::Client { .. } => live.clients += 1,
                What::Connection { .. } => live.connections += 1,
                What::Cleanup { .. } => {}
            }
        }
        live
    }
}
