//! Leases, and those who wait for one.

use std::{hash::Hash, sync::Arc};

use hashbrown::Equivalent;
use tokio::{sync::oneshot, time::Instant};

use super::{Denied, Effects, Link, Outcome, Pooled, Table, entry::Waiter};

/// Where a request for a lease stands.
pub(in crate::pool) enum Request<P: Pooled> {
    Lent(Arc<Link<P>>),
    /// Under this ticket.
    Queued(u64, oneshot::Receiver<Outcome<P>>),
    Denied(Denied),
}

impl<P: Pooled> Table<P> {
    /// Asks for a lease, for somebody who has until `deadline`.
    pub(in crate::pool) fn request(
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
            && let Some(link) = entry.lend(&self.limits)
        {
            return (Request::Lent(link), effects);
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
    pub(in crate::pool) fn request_now<Q>(&self, key: &Q) -> Option<Arc<Link<P>>>
    where
        Q: Hash + Equivalent<P::Key>,
    {
        let mut state = self.state();
        let entry = state.entries.get_mut(key)?;
        let link = entry.waiters.is_empty().then(|| entry.lend(&self.limits));
        let link = link.flatten()?;
        // Who gets none asks again, and waits.
        state.counts.leases += 1;
        Some(link)
    }

    /// Who waited does so no longer.
    pub(in crate::pool) fn abandon(&self, key: &P::Key, ticket: u64, now: Instant) -> Effects<P> {
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
    pub(in crate::pool) fn returned(&self, key: &P::Key, id: u64, now: Instant) -> Effects<P> {
        self.step(|state, limits, effects| {
            let Some(entry) = state.entries.get_mut(key) else {
                return;
            };
            let Some(conn) = entry.conns.iter_mut().find(|conn| conn.link.id == id) else {
                return;
            };
            conn.leases -= 1;
            conn.retiring |= conn.link.health.is_struck_out(limits.strikes);
            if conn.link.health.is_proved() {
                entry.failing = None;
            }
            if conn.leases == 0 {
                conn.idle_since = now;
                if conn.is_over() {
                    effects.stop.push(Arc::clone(&conn.stop));
                }
            }
            // Most come back to where nobody waits.
            if !entry.waiters.is_empty() || !state.starving.is_empty() {
                state.settle(key, now, limits, effects);
            }
        })
    }
}
