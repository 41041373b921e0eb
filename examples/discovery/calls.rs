//! How the calls of a mode ended, as their client saw it.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::time::Instant;
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
    /// How long half of the clients took at most to be made.
    pub(crate) client: Duration,
}

#[derive(Debug, Default)]
struct Counters {
    started: AtomicU64,
    ok: AtomicU64,
    deadline_exceeded: AtomicU64,
    cancelled: AtomicU64,
    failed: AtomicU64,
    clients: Mutex<Vec<Duration>>,
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

    /// Makes a client, and counts the time that it takes if it succeeds.
    ///
    /// # Cancel safety
    ///
    /// A drop drops the attempt.
    pub(crate) async fn client<C, E>(
        &self,
        attempt: impl Future<Output = Result<C, E>>,
    ) -> Result<C, E> {
        let began = Instant::now();
        let client = attempt.await?;
        let took = began.elapsed();
        let clients = &self.0.clients;
        clients
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(took);
        Ok(client)
    }

    pub(crate) fn outcomes(&self) -> Outcomes {
        let Counters {
            started,
            ok,
            deadline_exceeded,
            cancelled,
            failed,
            clients,
        } = &*self.0;
        let [ok, deadline_exceeded, cancelled, failed] =
            [ok, deadline_exceeded, cancelled, failed].map(|counter| counter.load(Relaxed));
        let ended = ok + deadline_exceeded + cancelled + failed;
        let mut clients = clients.lock().unwrap_or_else(PoisonError::into_inner);
        clients.sort_unstable();
        let client = clients.get(clients.len() / 2).copied().unwrap_or_default();
        let unfinished = started.load(Relaxed).saturating_sub(ended);
        Outcomes {
            ok,
            deadline_exceeded,
            cancelled,
            failed,
            unfinished,
            client,
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
