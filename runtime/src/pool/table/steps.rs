use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Denied, Effects, Limits, Pooled, State, entry::Entry};
use crate::pool::{KeySnapshot, PoolSnapshot};

/// Decides: each method is a step, which takes the lock once.
pub(in crate::pool) struct Table<P: Pooled> {
    pub(super) limits: Limits,
    state: Mutex<State<P>>,
}

impl<P: Pooled> Table<P> {
    pub(in crate::pool) fn new(limits: Limits) -> Self {
        Self {
            limits,
            state: Mutex::new(State::new()),
        }
    }

    pub(in crate::pool) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Lends nothing more, and tells all who wait.
    pub(in crate::pool) fn close(&self) -> Effects<P> {
        self.step(|state, _, effects| {
            state.closed = true;
            state.starving.clear();
            for entry in state.entries.values_mut() {
                for waiter in entry.waiters.drain(..) {
                    effects.deny(waiter, Denied::Closed);
                }
                for conn in &mut entry.conns {
                    conn.retiring = true;
                    effects.stop.push(Arc::clone(&conn.stop));
                }
            }
        })
    }

    /// What is there, for each key.
    pub(in crate::pool) fn snapshot(&self, name: impl Fn(&P::Key) -> String) -> PoolSnapshot {
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

    pub(super) fn state(&self) -> MutexGuard<'_, State<P>> {
        // No panic can start under the lock, so what it guards is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn step(
        &self,
        step: impl FnOnce(&mut State<P>, &Limits, &mut Effects<P>),
    ) -> Effects<P> {
        let mut effects = Effects::default();
        let mut state = self.state();
        step(&mut state, &self.limits, &mut effects);
        state.sweep_closed(&mut effects);
        drop(state);
        effects
    }
}
