use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use http::Uri;
use tokio::time::Instant;

use super::{ChannelOrigin, ChannelState, Ledger, Open, SocketAddress};
use crate::deadline::Progress;

pub(super) static CHANNELS: Ledger<Record> = Ledger::new();

/// A channel, and what it has carried.
///
/// Relaxed throughout: counts order nothing.
#[derive(Debug)]
pub(crate) struct Record {
    pub(super) id: u64,
    pub(super) origin: ChannelOrigin,
    pub(super) target: Option<String>,
    pub(super) opened: Instant,
    /// Its sockets are opened by us, so that their state is known.
    watched: bool,
    started: AtomicU64,
    succeeded: AtomicU64,
    failed: AtomicU64,
    /// From `opened`, when the last call began.
    last_call: Progress,
    attempts: AtomicUsize,
    /// The last attempt failed.
    failing: AtomicBool,
    /// Its scope has taken it away from its client.
    closed: AtomicBool,
    pub(super) sockets: AtomicUsize,
}

impl Record {
    /// Of a long-lived client: who has made its channel knows where it goes.
    pub(crate) fn long_lived() -> Arc<Self> {
        Self::new(ChannelOrigin::LongLived, None, false)
    }

    /// Of a connection that a scope makes. `watched`: its attempts and sockets will
    /// be told of.
    pub(crate) fn owned(address: &Uri, watched: bool) -> Arc<Self> {
        Self::new(ChannelOrigin::Scope, Some(written(address)), watched)
    }

    /// Of a connection that a pool makes.
    pub(crate) fn pooled(address: &Uri) -> Arc<Self> {
        Self::new(ChannelOrigin::Pool, Some(written(address)), true)
    }

    fn new(origin: ChannelOrigin, target: Option<String>, watched: bool) -> Arc<Self> {
        CHANNELS.enter(|id| Self {
            id,
            origin,
            target,
            opened: Instant::now(),
            watched,
            started: AtomicU64::new(0),
            succeeded: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            last_call: Progress::default(),
            attempts: AtomicUsize::new(0),
            failing: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            sockets: AtomicUsize::new(0),
        })
    }

    /// Where it goes, if that is known.
    pub(crate) fn target(&self) -> Option<&str> {
        self.target.as_deref()
    }

    /// A call has begun.
    pub(crate) fn started(&self, at: Instant) {
        self.started.fetch_add(1, Ordering::Relaxed);
        self.last_call.record_at(self.opened, at);
    }

    /// A call is over, and `ok` or not.
    pub(crate) fn ended(&self, ok: bool) {
        let count = if ok { &self.succeeded } else { &self.failed };
        count.fetch_add(1, Ordering::Relaxed);
    }

    /// It carries no more calls.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }

    /// A socket is about to be opened.
    pub(crate) fn attempt(self: &Arc<Self>) -> Attempt {
        self.attempts.fetch_add(1, Ordering::Relaxed);
        Attempt(Arc::clone(self))
    }

    /// Calls that were started, succeeded and failed.
    ///
    /// Those that are over are read first, so that they are never more than those
    /// that were started.
    pub(super) fn calls(&self) -> [u64; 3] {
        let read = |count: &AtomicU64| count.load(Ordering::Acquire);
        let (succeeded, failed) = (read(&self.succeeded), read(&self.failed));
        [read(&self.started), succeeded, failed]
    }

    /// From `opened`.
    pub(super) fn last_call(&self) -> Option<Duration> {
        self.last_call.last()
    }

    pub(super) fn state(&self) -> ChannelState {
        let some = |count: &AtomicUsize| count.load(Ordering::Relaxed) > 0;
        if self.closed.load(Ordering::Relaxed) {
            ChannelState::Closed
        } else if !self.watched {
            ChannelState::Unknown
        } else if some(&self.sockets) {
            ChannelState::Ready
        } else if some(&self.attempts) {
            ChannelState::Connecting
        } else if self.failing.load(Ordering::Relaxed) {
            ChannelState::Failing
        } else {
            ChannelState::Idle
        }
    }
}

/// An address for people: without the slash with which an address without a path ends.
pub(crate) fn written(address: &Uri) -> String {
    let mut written = address.to_string();
    written.truncate(written.trim_end_matches('/').len());
    written
}

impl Drop for Record {
    fn drop(&mut self) {
        CHANNELS.leave(self.id);
    }
}

/// A call that nothing else keeps: it has failed unless it is told otherwise.
#[derive(Debug)]
pub(crate) struct Tally(Option<Arc<Record>>);

impl Tally {
    pub(crate) fn begin(channel: Arc<Record>) -> Self {
        channel.started(Instant::now());
        Self(Some(channel))
    }

    /// The call is over, and `ok` or not.
    pub(crate) fn over(&mut self, ok: bool) {
        if let Some(channel) = self.0.take() {
            channel.ended(ok);
        }
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        self.over(false);
    }
}

/// An attempt to open a socket, until it is open, has failed, or is given up.
#[derive(Debug)]
pub(crate) struct Attempt(Arc<Record>);

impl Attempt {
    pub(crate) fn opened(
        self,
        local: Option<SocketAddress>,
        remote: Option<SocketAddress>,
    ) -> Arc<Open> {
        self.0.failing.store(false, Ordering::Relaxed);
        Open::new(&self.0, local, remote)
    }

    pub(crate) fn failed(self) {
        self.0.failing.store(true, Ordering::Relaxed);
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        self.0.attempts.fetch_sub(1, Ordering::Relaxed);
    }
}
