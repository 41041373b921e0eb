//! How the calls of a mode ended, as their client saw it.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use tonic::{Code, Status};

/// Counts calls and their outcomes; clones count into the same place.
#[derive(Debug, Clone, Default)]
pub(crate) struct Calls(Arc<Counters>);

/// The counters at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outcomes {
    pub(crate) ok: u64,
    pub(crate) deadline_exceeded: u64,
    pub(crate) cancelled: u64,
    pub(crate) failed: u64,
    /// Started and not ended: what a table of outcomes would otherwise hide.
    pub(crate) unfinished: u64,
}

#[derive(Debug, Default)]
struct Counters {
    started: AtomicU64,
    ok: AtomicU64,
    deadline_exceeded: AtomicU64,
    cancelled: AtomicU64,
    failed: AtomicU64,
}

impl Calls {
    /// Runs `call` and counts its outcome by gRPC code.
    ///
    /// # Cancel safety
    ///
    /// A drop drops the call and counts it as cancelled: whoever wanted the answer went away.
    pub(crate) async fn count<T>(self, call: impl Future<Output = Result<T, Status>>) {
        self.0.started.fetch_add(1, Relaxed);
        let mut outcome = Outcome {
            counters: &self.0,
            code: Code::Cancelled,
        };
        outcome.code = call.await.map_or_else(|status| status.code(), |_| Code::Ok);
    }

    pub(crate) fn outcomes(&self) -> Outcomes {
        let Counters {
            started,
            ok,
            deadline_exceeded,
            cancelled,
            failed,
        } = &*self.0;
        let [ok, deadline_exceeded, cancelled, failed] =
            [ok, deadline_exceeded, cancelled, failed].map(|counter| counter.load(Relaxed));
        let ended = ok + deadline_exceeded + cancelled + failed;
        let unfinished = started.load(Relaxed).saturating_sub(ended);
        Outcomes {
            ok,
            deadline_exceeded,
            cancelled,
            failed,
            unfinished,
        }
    }
}

struct Outcome<'a> {
    counters: &'a Counters,
    code: Code,
}

impl Drop for Outcome<'_> {
    fn drop(&mut self) {
        let counter = match self.code {
            Code::Ok => &self.counters.ok,
            Code::DeadlineExceeded => &self.counters.deadline_exceeded,
            Code::Cancelled => &self.counters.cancelled,
            _ => &self.counters.failed,
        };
        counter.fetch_add(1, Relaxed);
    }
}
