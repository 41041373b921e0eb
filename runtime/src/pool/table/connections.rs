//! Connections, and the sockets that they have.

use std::sync::Arc;

use tokio::time::Instant;
use tonic::transport::Error;

use super::{Conn, Denied, Effects, Pooled, Table};

/// What its keeper is to do with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::pool) enum Due {
    Close,
    LookAgain(Instant),
}

impl<P: Pooled> Table<P> {
    /// An attempt has become a connection.
    pub(in crate::pool) fn connected(
        &self,
        key: &P::Key,
        mut conn: Conn<P>,
        now: Instant,
    ) -> Effects<P> {
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
    pub(in crate::pool) fn failed(
        &self,
        key: &P::Key,
        error: &Arc<Error>,
        now: Instant,
    ) -> Effects<P> {
        self.step(|state, limits, effects| {
            state.counts.failed += 1;
            let entry = state.entry(key);
            entry.attempt = None;
            entry.fail(Some(error), now, limits);
            if !entry.serves() {
                for waiter in entry.waiters.drain(..) {
                    effects.deny(waiter, Denied::Failed(Arc::clone(error)));
                }
            }
            state.settle(key, now, limits, effects);
        })
    }

    /// An attempt is gone without a result, with its runtime.
    pub(in crate::pool) fn interrupted(&self, key: &P::Key) -> Effects<P> {
        self.step(|state, _, effects| {
            let entry = state.entry(key);
            entry.attempt = None;
            for waiter in entry.waiters.drain(..) {
                effects.deny(waiter, Denied::Interrupted);
            }
        })
    }

    /// A connection is no longer there.
    pub(in crate::pool) fn removed(&self, key: &P::Key, id: u64, now: Instant) -> Effects<P> {
        self.step(|state, limits, effects| {
            if let Some(entry) = state.entries.get_mut(key)
                && let Some(at) = entry.conns.iter().position(|conn| conn.link.id == id)
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
    pub(in crate::pool) fn reopen(
        &self,
        key: &P::Key,
        id: u64,
        now: Instant,
    ) -> Result<(), Denied> {
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
        let Some(conn) = entry.conns.iter_mut().find(|conn| conn.link.id == id) else {
            return Err(Denied::Closed);
        };
        conn.sockets += 1;
        entry.sockets += 1;
        state.sockets += 1;
        state.counts.reopened += 1;
        Ok(())
    }

    /// That socket is open: the connection can be lent again.
    pub(in crate::pool) fn reopened(&self, key: &P::Key, now: Instant) -> Effects<P> {
        self.step(|state, limits, effects| state.settle(key, now, limits, effects))
    }

    /// That socket could not be opened.
    pub(in crate::pool) fn reopen_failed(&self, key: &P::Key, now: Instant) {
        let mut state = self.state();
        state.counts.failed += 1;
        state.entry(key).fail(None, now, &self.limits);
    }

    /// A socket is closed, or was never opened.
    pub(in crate::pool) fn socket_gone(&self, key: &P::Key, id: u64, now: Instant) -> Effects<P> {
        self.step(|state, limits, effects| {
            state.sockets -= 1;
            if let Some(entry) = state.entries.get_mut(key) {
                entry.sockets -= 1;
                if let Some(attempt) = entry.attempt.as_mut().filter(|it| it.id == id) {
                    attempt.sockets -= 1;
                }
                if let Some(conn) = entry.conns.iter_mut().find(|conn| conn.link.id == id) {
                    conn.sockets -= 1;
                    let unproved =
                        conn.sockets == 0 && !conn.retiring && !conn.link.health.is_proved();
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
    pub(in crate::pool) fn due(&self, key: &P::Key, id: u64, now: Instant) -> Due {
        let mut state = self.state();
        let entry = state.entries.get_mut(key);
        let Some(conn) =
            entry.and_then(|entry| entry.conns.iter_mut().find(|conn| conn.link.id == id))
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
}
