//! Who has which connection, who waits, and who may open one.
//!
//! A state machine under one lock: it starts no task, opens no socket and reads
//! no clock. What follows from a step comes out as [`Effects`], to be done when
//! the lock is free (invariant 9). The lock is held for a handful of steps; only
//! where the limit in all is reached are all connections looked at.
//!
//! A `tokio::sync::Semaphore` says that there is room, not where, and a permit
//! that is out cannot be taken back when its connection breaks. So the queues are
//! lists, and what is handed to who waits is a place on a connection.

mod effects;
mod entry;
mod room;
#[cfg(test)]
mod tests;

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use backon::ExponentialBuilder;
use tokio::{sync::oneshot, time::Instant};
use tonic::transport::Error;

use self::entry::{Entry, Waiter};
pub(super) use self::{
    effects::{Answer, Denied, Effects, Outcome, Place, Start},
    entry::{BackOff, Conn, Health},
};
use super::snapshot::{KeySnapshot, PoolCounts, PoolSnapshot};

/// The limits of a pool, none of them zero.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    /// Sockets in all.
    pub(super) connections: usize,
    pub(super) per_key: usize,
    /// Leases on one connection.
    pub(super) leases: usize,
    pub(super) idle: Duration,
    pub(super) age: Option<Duration>,
    pub(super) back_off: ExponentialBuilder,
    /// The longest wait for a back-off's end.
    pub(super) patience: Duration,
    /// Failures in a row after which a connection is lent no more.
    pub(super) strikes: u32,
}

/// What a table is about. It looks into none of it.
pub(super) trait Pooled {
    type Key: Clone + Eq + Hash;
    type Channel: Clone;
    /// What who waits is given, made of a [`Place`].
    type Lease;
}

pub(super) struct Table<P: Pooled> {
    limits: Limits,
    state: Mutex<State<P>>,
}

struct State<P: Pooled> {
    entries: HashMap<P::Key, Entry<P>>,
    /// Sockets in all: opened, being opened, or not yet closed (invariant 1).
    sockets: usize,
    /// Keys that would connect but for the limit in all, in order (invariant 3).
    starving: VecDeque<P::Key>,
    next: u64,
    closed: bool,
    /// How many entries there may be before those that say nothing are dropped.
    sweep_at: usize,
    counts: PoolCounts,
}

/// Where a request for a lease stands.
pub(super) enum Request<P: Pooled> {
    Lent(Place<P>),
    /// Under this ticket.
    Queued(u64, oneshot::Receiver<Outcome<P>>),
    Denied(Denied),
}

/// What its keeper is to do with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    Close,
    LookAgain(Instant),
}

const SWEEP: usize = 64;

impl<P: Pooled> Table<P> {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            state: Mutex::new(State {
                entries: HashMap::new(),
                sockets: 0,
                starving: VecDeque::new(),
                next: 0,
                closed: false,
                sweep_at: SWEEP,
                counts: PoolCounts::default(),
            }),
        }
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Asks for a lease, for somebody who has until `deadline`.
    pub(super) fn request(
        &self,
        key: &P::Key,
        deadline: Instant,
        now: Instant,
    ) -> (Request<P>, Effects<P>) {
        let mut effects = Effects::default();
        let mut state = self.state();
        if state.closed {
            return (Request::Denied(Denied::Closed), effects);
        }
        state.counts.leases += 1;
        let ticket = state.number();
        state.sweep(now, &mut effects);
        let entry = state.entry(key);
        if entry.waiters.is_empty()
            && let Some(place) = entry.lend(&self.limits)
        {
            return (Request::Lent(place), effects);
        }
        let patience = deadline.min(now + self.limits.patience);
        if let Some(back_off) = entry.barred(patience, now) {
            return (Request::Denied(Denied::BackOff(back_off)), effects);
        }
        let (sender, receiver) = oneshot::channel();
        entry.waiters.push_back(Waiter { ticket, sender });
        state.settle(key, now, &self.limits, &mut effects);
        (Request::Queued(ticket, receiver), effects)
    }

    /// Asks for a lease that is there at once.
    pub(super) fn request_now(&self, key: &P::Key) -> Option<Place<P>> {
        let mut state = self.state();
        let entry = state.entries.get_mut(key)?;
        let place = entry.waiters.is_empty().then(|| entry.lend(&self.limits));
        let place = place.flatten()?;
        // Who gets none asks again, and waits.
        state.counts.leases += 1;
        Some(place)
    }

    /// Who waited does so no longer.
    pub(super) fn abandon(&self, key: &P::Key, ticket: u64, now: Instant) -> Effects<P> {
        self.step(|state, limits, effects| {
            let Some(entry) = state.entries.get_mut(key) else {
                return;
            };
            let waiters = &mut entry.waiters;
            // Who has been answered is no longer there.
            if let Ok(at) = waiters.binary_search_by_key(&ticket, |waiter| waiter.ticket)
                && let Some(waiter) = waiters.remove(at)
            {
                effects.left.push(waiter);
                state.settle(key, now, limits, effects);
            }
        })
    }

    /// A lease ends (invariant 4).
    pub(super) fn returned(&self, key: &P::Key, id: u64, now: Instant) -> Effects<P> {
        self.step(|state, limits, effects| {
            let Some(entry) = state.entries.get_mut(key) else {
                return;
            };
            let Some(conn) = entry.conns.iter_mut().find(|conn| conn.id == id) else {
                return;
            };
            conn.leases -= 1;
            conn.retiring |= conn.health.is_struck_out(limits.strikes);
            if conn.health.is_proved() {
                entry.failing = None;
            }
            if conn.leases == 0 {
                conn.idle_since = now;
                if conn.is_over() {
                    effects.stop.push(Arc::clone(&conn.stop));
                }
            }
            state.settle(key, now, limits, effects);
        })
    }

    /// An attempt has become a connection.
    pub(super) fn connected(&self, key: &P::Key, mut conn: Conn<P>, now: Instant) -> Effects<P> {
        self.step(|state, limits, effects| {
            state.counts.connected += 1;
            let closed = state.closed;
            let entry = state.entry(key);
            conn.sockets = entry.attempt.take().map_or(0, |attempt| attempt.sockets);
            conn.retiring |= closed;
            if conn.sockets == 0 {
                entry.fail(None, now, limits);
            }
            if conn.is_over() {
                effects.stop.push(Arc::clone(&conn.stop));
            }
            entry.conns.push(conn);
            state.settle(key, now, limits, effects);
        })
    }

    /// An attempt has failed: who waits is told, unless another connection will
    /// serve them.
    pub(super) fn failed(&self, key: &P::Key, error: &Arc<Error>, now: Instant) -> Effects<P> {
        self.step(|state, limits, effects| {
            state.counts.failed += 1;
            let entry = state.entry(key);
            entry.attempt = None;
            entry.fail(Some(error), now, limits);
            if !entry.serves() {
                for waiter in entry.waiters.drain(..) {
                    effects.deny(key, waiter, Denied::Failed(Arc::clone(error)));
                }
            }
            state.settle(key, now, limits, effects);
        })
    }

    /// An attempt is gone without a result, with its runtime.
    pub(super) fn interrupted(&self, key: &P::Key) -> Effects<P> {
        self.step(|state, _, effects| {
            let entry = state.entry(key);
            entry.attempt = None;
            for waiter in entry.waiters.drain(..) {
                effects.deny(key, waiter, Denied::Interrupted);
            }
        })
    }

    /// A connection is no longer there.
    pub(super) fn removed(&self, key: &P::Key, id: u64, now: Instant) -> Effects<P> {
        self.step(|state, limits, effects| {
            if let Some(entry) = state.entries.get_mut(key)
                && let Some(at) = entry.conns.iter().position(|conn| conn.id == id)
            {
                effects.gone.push(entry.conns.swap_remove(at));
            }
            state.settle(key, now, limits, effects);
        })
    }

    /// The holder of a lease has found its connection broken, and opens another
    /// socket for it.
    ///
    /// # Errors
    ///
    /// A limit or the back-off is against it.
    pub(super) fn reopen(&self, key: &P::Key, id: u64, now: Instant) -> Result<(), Denied> {
        let mut state = self.state();
        if state.closed {
            return Err(Denied::Closed);
        }
        let in_all = state.sockets;
        let entry = state.entry(key);
        if let Some(back_off) = entry.back_off(now) {
            return Err(Denied::BackOff(back_off.clone()));
        }
        if entry.sockets >= self.limits.per_key || in_all >= self.limits.connections {
            return Err(Denied::Full);
        }
        let Some(conn) = entry.conns.iter_mut().find(|conn| conn.id == id) else {
            return Err(Denied::Closed);
        };
        conn.sockets += 1;
        entry.sockets += 1;
        state.sockets += 1;
        state.counts.reopened += 1;
        Ok(())
    }

    /// That socket is open: the connection can be lent again.
    pub(super) fn reopened(&self, key: &P::Key, now: Instant) -> Effects<P> {
        self.step(|state, limits, effects| state.settle(key, now, limits, effects))
    }

    /// That socket could not be opened.
    pub(super) fn reopen_failed(&self, key: &P::Key, now: Instant) {
        let mut state = self.state();
        state.counts.failed += 1;
        state.entry(key).fail(None, now, &self.limits);
    }

    /// A socket is closed, or was never opened.
    pub(super) fn socket_gone(&self, key: &P::Key, id: u64, now: Instant) -> Effects<P> {
        self.step(|state, limits, effects| {
            state.sockets -= 1;
            if let Some(entry) = state.entries.get_mut(key) {
                entry.sockets -= 1;
                if let Some(attempt) = entry.attempt.as_mut().filter(|it| it.id == id) {
                    attempt.sockets -= 1;
                }
                if let Some(conn) = entry.conns.iter_mut().find(|conn| conn.id == id) {
                    conn.sockets -= 1;
                    let unproved = conn.sockets == 0 && !conn.retiring && !conn.health.is_proved();
                    if conn.leases == 0 && conn.is_over() {
                        effects.stop.push(Arc::clone(&conn.stop));
                    }
                    if unproved {
                        // Connections that break before they have answered
                        // anything are no better than none.
                        entry.fail(None, now, limits);
                    }
                }
            }
            state.settle(key, now, limits, effects);
            state.feed(now, limits, effects);
        })
    }

    /// What is to become of a connection, asked by its keeper.
    pub(super) fn due(&self, key: &P::Key, id: u64, now: Instant) -> Due {
        let mut state = self.state();
        let entry = state.entries.get_mut(key);
        let Some(conn) = entry.and_then(|entry| entry.conns.iter_mut().find(|conn| conn.id == id))
        else {
            return Due::Close;
        };
        conn.retiring |= conn.expires.is_some_and(|at| at <= now);
        let idle_until = if conn.leases == 0 {
            conn.idle_since + self.limits.idle
        } else {
            now + self.limits.idle
        };
        // Under the lock that lends: nobody can come in between.
        conn.retiring |= idle_until <= now;
        if conn.leases == 0 && conn.is_over() {
            return Due::Close;
        }
        let expires = conn.expires.filter(|_| !conn.retiring);
        Due::LookAgain(expires.map_or(idle_until, |at| at.min(idle_until)))
    }

    /// Lends nothing more, and tells all who wait.
    pub(super) fn close(&self) -> Effects<P> {
        self.step(|state, _, effects| {
            state.closed = true;
            state.starving.clear();
            for (key, entry) in &mut state.entries {
                for waiter in entry.waiters.drain(..) {
                    effects.deny(key, waiter, Denied::Closed);
                }
                for conn in &mut entry.conns {
                    conn.retiring = true;
                    effects.stop.push(Arc::clone(&conn.stop));
                }
            }
        })
    }

    /// What is there, for each key.
    pub(super) fn snapshot(&self, name: impl Fn(&P::Key) -> String) -> PoolSnapshot {
        let state = self.state();
        let of_key = |(key, entry): (&P::Key, &Entry<P>)| KeySnapshot {
            address: name(key),
            connections: entry.conns.iter().filter(|conn| conn.is_ready()).count(),
            sockets: entry.sockets,
            connecting: entry.attempt.is_some(),
            leases: entry.conns.iter().map(|conn| conn.leases).sum(),
            waiting: entry.waiters.len(),
        };
        PoolSnapshot {
            sockets: state.sockets,
            keys: state.entries.iter().map(of_key).collect(),
            counts: state.counts,
        }
    }

    fn state(&self) -> MutexGuard<'_, State<P>> {
        // No panic can start under the lock, so what it guards is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn step(&self, step: impl FnOnce(&mut State<P>, &Limits, &mut Effects<P>)) -> Effects<P> {
        let mut effects = Effects::default();
        let mut state = self.state();
        step(&mut state, &self.limits, &mut effects);
        state.sweep_closed(&mut effects);
        drop(state);
        effects
    }
}
