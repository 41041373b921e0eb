use std::collections::VecDeque;

use hashbrown::HashMap;
use tokio::time::Instant;

use super::{Effects, Pooled, entry::Entry};
use crate::pool::PoolCounts;

/// What the lock of a table guards.
pub(super) struct State<P: Pooled> {
    pub(super) entries: HashMap<P::Key, Entry<P>, P::Hashes>,
    /// Sockets in all: opened, being opened, or not yet closed (invariant 1).
    pub(super) sockets: usize,
    /// Keys that would connect but for the limit in all, in order (invariant 3).
    pub(super) starving: VecDeque<P::Key>,
    next: u64,
    pub(super) closed: bool,
    /// How many entries there may be before those that say nothing are dropped.
    sweep_at: usize,
    pub(super) counts: PoolCounts,
}

/// How many entries there may be at first.
pub(super) const SWEEP: usize = 64;

impl<P: Pooled> State<P> {
    pub(super) fn new() -> Self {
        Self {
            entries: HashMap::default(),
            sockets: 0,
            starving: VecDeque::new(),
            next: 0,
            closed: false,
            sweep_at: SWEEP,
            counts: PoolCounts::default(),
        }
    }

    pub(super) fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    pub(super) fn entry(&mut self, key: &P::Key) -> &mut Entry<P> {
        self.entries.entry(key.clone()).or_insert_with(Entry::new)
    }

    /// Forgets entries that say nothing, once there are many.
    pub(super) fn sweep(&mut self, now: Instant, effects: &mut Effects<P>) {
        if self.entries.len() >= self.sweep_at {
            let spent = self.entries.extract_if(|_, entry| entry.is_spent(now));
            effects.forgotten.extend(spent.map(|(key, _)| key));
            self.sweep_at = SWEEP.max(2 * self.entries.len());
        }
    }

    /// Forgets the entries of a closed pool as they become empty: a key keeps its
    /// runtime's handle, and so what that has open.
    pub(super) fn sweep_closed(&mut self, effects: &mut Effects<P>) {
        if self.closed {
            let empty = self.entries.extract_if(|_, entry| entry.is_empty());
            effects.forgotten.extend(empty.map(|(key, _)| key));
        }
    }
}
