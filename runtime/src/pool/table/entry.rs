//! One key: its connections, its attempt, and who waits.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering},
    },
};

use backon::{BackoffBuilder as _, ExponentialBackoff};
use tokio::{
    sync::{Notify, oneshot},
    time::Instant,
};
use tonic::transport::Error;

use super::{Limits, Outcome, Pooled};

pub(super) struct Entry<P: Pooled> {
    pub(super) conns: Vec<Conn<P>>,
    /// At most one (invariant 2).
    pub(super) attempt: Option<Attempt>,
    /// In order of their tickets, which is that of their coming (invariant 3).
    pub(super) waiters: VecDeque<Waiter<P>>,
    /// Of the key: those of the connections, the attempt, and what closes.
    pub(super) sockets: usize,
    pub(super) failing: Option<Failing>,
    /// How many attempts there were.
    pub(super) attempts: usize,
}

#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) id: u64,
    pub(super) sockets: usize,
    /// Later than now while a back-off is waited out.
    pub(super) begins: Instant,
}

pub(super) struct Waiter<P: Pooled> {
    pub(super) ticket: u64,
    pub(super) sender: oneshot::Sender<Outcome<P>>,
}

/// A connection.
///
/// ## `Ready => (Retiring | Broken)`, `Broken => (Ready | Retiring)`
///
/// *Ready* is lent. *Retiring* is lent no more, and closed when it has no lease
/// left (invariant 6). *Broken* has no socket; it is closed likewise, unless a
/// call of one of its leases opens another first.
pub(in crate::pool) struct Conn<P: Pooled> {
    pub(super) link: Arc<Link<P>>,
    /// Tells the keeper to look again.
    pub(super) stop: Arc<Notify>,
    pub(super) leases: usize,
    /// One, or two while one with old calls on it is giving way to a new one.
    pub(super) sockets: usize,
    pub(super) retiring: bool,
    /// It makes room for another key.
    pub(super) evicted: bool,
    pub(super) idle_since: Instant,
    pub(super) expires: Option<Instant>,
}

/// What leases have of a connection: all of it that stays the same.
pub(in crate::pool) struct Link<P: Pooled> {
    pub(in crate::pool) key: P::Key,
    pub(in crate::pool) id: u64,
    pub(in crate::pool) channel: P::Channel,
    pub(in crate::pool) health: Arc<Health>,
}

/// How a connection does, as seen by its socket and its calls.
///
/// Relaxed throughout: each of these is a hint about the future of calls that
/// have not been made, and nothing else is read on the strength of it.
#[derive(Debug, Default)]
pub(in crate::pool) struct Health {
    /// Open sockets.
    live: AtomicUsize,
    /// Failures in a row.
    strikes: AtomicU32,
    /// A call has been answered.
    proved: AtomicBool,
}

/// Of a key whose last attempt or connection was a failure.
#[derive(Debug)]
pub(super) struct Failing {
    delays: ExponentialBackoff,
    back_off: BackOff,
}

/// When a key is tried again.
#[derive(Clone, Debug)]
pub(in crate::pool) struct BackOff {
    pub(in crate::pool) until: Instant,
    /// `None` where connections broke before they had answered a call.
    pub(in crate::pool) error: Option<Arc<Error>>,
}

impl<P: Pooled> Entry<P> {
    pub(super) fn new() -> Self {
        Self {
            conns: Vec::new(),
            attempt: None,
            waiters: VecDeque::new(),
            sockets: 0,
            failing: None,
            attempts: 0,
        }
    }

    /// Whether anything is lent, now or when there is room.
    pub(super) fn serves(&self) -> bool {
        self.conns.iter().any(Conn::is_ready)
    }

    /// The back-off, if there is nothing to wait for but its end, and that comes
    /// no earlier than `patience` does.
    pub(super) fn barred(&self, patience: Instant, now: Instant) -> Option<BackOff> {
        let back_off = self.back_off(now)?;
        let is_near = match &self.attempt {
            Some(attempt) => attempt.begins <= now || attempt.begins < patience,
            None => back_off.until < patience,
        };
        (!is_near && !self.serves()).then(|| back_off.clone())
    }

    /// The back-off, while it lasts.
    pub(super) fn back_off(&self, now: Instant) -> Option<&BackOff> {
        let failing = self.failing.as_ref()?;
        Some(&failing.back_off).filter(|it| it.until > now)
    }

    /// Whether somebody waits for another connection, and nothing of the key is
    /// against it (invariant 2).
    pub(super) fn wants_more(&self, now: Instant, limits: &Limits) -> bool {
        let back_off = self.back_off(now);
        !self.waiters.is_empty()
            && self.attempt.is_none()
            && self.sockets < limits.per_key
            && back_off.is_none_or(|it| it.until < now + limits.patience)
    }

    pub(super) fn fail(&mut self, error: Option<&Arc<Error>>, now: Instant, limits: &Limits) {
        let mut delays = match self.failing.take() {
            Some(failing) => failing.delays,
            None => limits.back_off.build(),
        };
        // The delays are without end: see the builder.
        let delay = delays.next().unwrap_or_default();
        let back_off = BackOff {
            until: now + delay,
            error: error.cloned(),
        };
        self.failing = Some(Failing { delays, back_off });
    }

    /// Whether the entry says no more than one that is made anew.
    pub(super) fn is_spent(&self, now: Instant) -> bool {
        self.is_empty() && self.back_off(now).is_none()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.conns.is_empty()
            && self.attempt.is_none()
            && self.waiters.is_empty()
            && self.sockets == 0
    }
}

impl<P: Pooled> Entry<P> {
    /// A place on the connection with the fewest leases, if one has room.
    pub(super) fn lend(&mut self, limits: &Limits) -> Option<Arc<Link<P>>> {
        let conn = self
            .conns
            .iter_mut()
            .filter(|conn| conn.is_ready() && conn.leases < limits.leases)
            .filter(|conn| !conn.link.health.is_struck_out(limits.strikes))
            .min_by_key(|conn| conn.leases)?;
        conn.leases += 1;
        Some(Arc::clone(&conn.link))
    }
}

impl<P: Pooled> Conn<P> {
    /// As young as it will ever be; its age is up to a tenth shorter than the
    /// limit, so that those that are opened together are not closed together.
    pub(in crate::pool) fn new(
        link: Link<P>,
        stop: Arc<Notify>,
        now: Instant,
        limits: &Limits,
    ) -> Self {
        let jitter = 1.0 - 0.1 * fastrand::f64();
        Self {
            link: Arc::new(link),
            stop,
            leases: 0,
            sockets: 0,
            retiring: false,
            evicted: false,
            idle_since: now,
            expires: limits.age.map(|age| now + age.mul_f64(jitter)),
        }
    }

    /// Whether it may be lent, room permitting (invariant 5).
    pub(super) fn is_ready(&self) -> bool {
        !self.retiring && self.link.health.is_live()
    }

    /// Whether it is to be closed when it has no lease left.
    pub(super) fn is_over(&self) -> bool {
        self.retiring || self.sockets == 0
    }
}

impl Health {
    pub(in crate::pool) fn opened(&self) {
        self.live.fetch_add(1, Ordering::Relaxed);
    }

    pub(in crate::pool) fn closed(&self) {
        self.live.fetch_sub(1, Ordering::Relaxed);
    }

    pub(in crate::pool) fn succeeded(&self) {
        // Looked at first: calls on several cores would fight for the line.
        if self.strikes.load(Ordering::Relaxed) != 0 {
            self.strikes.store(0, Ordering::Relaxed);
        }
        if !self.is_proved() {
            self.proved.store(true, Ordering::Relaxed);
        }
    }

    pub(in crate::pool) fn failed(&self) {
        self.strikes.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn is_live(&self) -> bool {
        self.live.load(Ordering::Relaxed) > 0
    }

    pub(super) fn is_struck_out(&self, limit: u32) -> bool {
        self.strikes.load(Ordering::Relaxed) >= limit
    }

    pub(super) fn is_proved(&self) -> bool {
        self.proved.load(Ordering::Relaxed)
    }
}
