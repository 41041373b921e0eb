//! Who may open a socket, and who gives one up for it.

use std::sync::Arc;

use tokio::time::Instant;

use super::{Denied, Effects, Limits, Pooled, Start, State, entry::Attempt};

impl<P: Pooled> State<P> {
    /// Serves who waits for `key`, as far as there is room, and sees to it that
    /// there will be more, or that they are told why not (invariant 7).
    pub(super) fn settle(
        &mut self,
        key: &P::Key,
        now: Instant,
        limits: &Limits,
        effects: &mut Effects<P>,
    ) {
        self.serve(key, now, limits, effects);
        // Only now: what has just been made serves those that it was made for.
        self.make_room(effects);
    }

    fn serve(&mut self, key: &P::Key, now: Instant, limits: &Limits, effects: &mut Effects<P>) {
        let Some(entry) = self.entries.get_mut(key) else {
            return;
        };
        while !entry.waiters.is_empty()
            && let Some(link) = entry.lend(limits)
            && let Some(waiter) = entry.waiters.pop_front()
        {
            effects.lend(waiter, link);
        }
        if entry.waiters.is_empty() {
            return;
        }
        if let Some(back_off) = entry.barred(now + limits.patience, now) {
            for waiter in entry.waiters.drain(..) {
                effects.deny(waiter, Denied::BackOff(back_off.clone()));
            }
            return;
        }
        self.grow(key, now, limits, effects);
    }

    /// Has an attempt to connect begin, if somebody waits for one, as soon as it
    /// is the key's turn.
    fn grow(&mut self, key: &P::Key, now: Instant, limits: &Limits, effects: &mut Effects<P>) {
        let Some(entry) = self.entries.get(key) else {
            return;
        };
        if entry.wants_more(now, limits) && !self.starving.contains(key) {
            self.starving.push_back(key.clone());
        }
        self.feed(now, limits, effects);
    }

    /// Gives free sockets to the keys that wait for one, the longest first
    /// (invariants 1 to 3).
    pub(super) fn feed(&mut self, now: Instant, limits: &Limits, effects: &mut Effects<P>) {
        while !self.closed
            && self.sockets < limits.connections
            && let Some(key) = self.starving.pop_front()
        {
            let id = self.number();
            let Some(entry) = self.entries.get_mut(&key) else {
                continue;
            };
            if !entry.wants_more(now, limits) {
                continue;
            }
            let nth = entry.attempts;
            let begins = entry.back_off(now).map_or(now, |back_off| back_off.until);
            entry.attempt = Some(Attempt {
                id,
                sockets: 1,
                begins,
            });
            entry.attempts += 1;
            entry.sockets += 1;
            self.sockets += 1;
            effects.start.push(Start {
                key,
                id,
                nth,
                begins,
            });
        }
    }

    /// Has a connection give way for each key that waits: the one that has been
    /// idle for longest; where none is, the least loaded of the key that has
    /// most. A key that waits itself keeps what it has.
    fn make_room(&mut self, effects: &mut Effects<P>) {
        if self.starving.is_empty() {
            return;
        }
        // Served in another way, or gone: it would keep its connections for
        // nothing.
        let entries = &self.entries;
        self.starving
            .retain(|key| entries.get(key).is_some_and(|it| !it.waiters.is_empty()));
        let conns = self.entries.values().flat_map(|entry| &entry.conns);
        let mut evicted = conns
            .filter(|conn| conn.evicted && conn.sockets > 0)
            .count();
        while evicted < self.starving.len() {
            let starving = &self.starving;
            let candidates = self
                .entries
                .iter_mut()
                .filter(|(key, _)| !starving.contains(key))
                .flat_map(|(_, entry)| {
                    let of_key = entry.conns.iter().filter(|it| it.is_ready()).count();
                    let ready = entry.conns.iter_mut().filter(|conn| conn.is_ready());
                    ready.map(move |conn| (of_key, conn))
                });
            let first = candidates.min_by_key(|(of_key, conn)| {
                if conn.leases == 0 {
                    (0, 0, 0, Some(conn.idle_since))
                } else {
                    (1, usize::MAX - of_key, conn.leases, None)
                }
            });
            let Some((_, conn)) = first else {
                return;
            };
            conn.retiring = true;
            conn.evicted = true;
            evicted += 1;
            self.counts.evicted += 1;
            if conn.leases == 0 {
                effects.stop.push(Arc::clone(&conn.stop));
            }
        }
    }
}
