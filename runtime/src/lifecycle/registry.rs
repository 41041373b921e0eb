//! Every scope of the process that has not ended, and how those that have did.

use std::{
    cell::Cell,
    mem,
    num::NonZero,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
};

use slab::Slab;

use super::{CloseReason, Lifecycle, look::AT_A_TIME};

/// More shards than a machine usually has cores, so that threads that open
/// scopes at the same moment seldom meet.
pub(crate) const SHARDS: usize = 32;

static REGISTRY: [Mutex<Shard>; SHARDS] = [const {
    Mutex::new(Shard {
        next: 0,
        live: Slab::new(),
        ended: [0; REASONS],
    })
}; SHARDS];

/// The process is shutting down: no new roots.
static REFUSES_ROOTS: AtomicBool = AtomicBool::new(false);

/// What came too late for its scope.
static LATE: AtomicU64 = AtomicU64::new(0);

/// The scopes that some of the threads have opened.
struct Shard {
    /// The number of the next one.
    next: u64,
    live: Slab<Listed>,
    /// How many have ended, by reason. Under the lock that ending takes anyway.
    ended: [u64; REASONS],
}

struct Listed {
    id: u64,
    scope: Weak<Lifecycle>,
}

const REASONS: usize = CloseReason::ALL.len();

/// A scope's entry; removed when dropped.
///
/// The shard and one more than the key within it, in one number that is never
/// zero: a scope is counted in bytes.
#[derive(Debug)]
pub(super) struct Entry(NonZero<usize>);

impl Entry {
    pub(super) fn new(scope: Weak<Lifecycle>) -> Self {
        let number = shard_of_this_thread();
        let mut shard = lock(number);
        // No other shard gives out numbers of this class.
        let id = shard.next * SHARDS as u64 + number as u64;
        shard.next += 1;
        let key = shard.live.insert(Listed { id, scope });
        Self(NonZero::<usize>::MIN.saturating_add((key + 1) * SHARDS + number - 1))
    }

    /// Removes the entry of a scope that has ended, and counts it.
    pub(super) fn leave(self, reason: CloseReason) {
        self.remove(Some(reason));
        mem::forget(self);
    }

    fn remove(&self, ended: Option<CloseReason>) {
        let number = self.0.get();
        let mut shard = lock(number % SHARDS);
        if let Some(reason) = ended {
            shard.ended[reason as usize] += 1;
        }
        // Dropping a `Weak` may free memory but runs no code of anybody's.
        shard.live.try_remove(number / SHARDS - 1);
    }
}

/// Of a scope that nobody counts.
impl Drop for Entry {
    fn drop(&mut self) {
        self.remove(None);
    }
}

/// Refuses new roots from now on.
pub(crate) fn refuse_roots() {
    // The locks of the shards order this against a root that is being opened:
    // either it sees the flag, or whoever has set it finds it in its shard.
    REFUSES_ROOTS.store(true, Ordering::Relaxed);
}

pub(super) fn refuses_roots() -> bool {
    REFUSES_ROOTS.load(Ordering::Relaxed)
}

/// How many scopes have not ended.
pub(crate) fn live_count() -> usize {
    (0..SHARDS).map(|shard| lock(shard).live.len()).sum()
}

/// The scopes that have not ended, in no particular order.
///
/// Each shard is locked by itself, and for a part of its list at a time: what is
/// opened or ends meanwhile may be missing or present.
pub(crate) fn live() -> Vec<Arc<Lifecycle>> {
    listed().into_iter().map(|(_, scope)| scope).collect()
}

/// The same, with a number for each that no other scope of the process has or
/// had.
pub(crate) fn listed() -> Vec<(u64, Arc<Lifecycle>)> {
    let mut scopes = Vec::new();
    let mut part = Vec::with_capacity(AT_A_TIME);
    for shard in 0..SHARDS {
        let mut from = 0;
        loop {
            let shard = lock(shard);
            let end = shard.live.capacity();
            let next = end.min(from + AT_A_TIME);
            let found = (from..next).filter_map(|key| shard.live.get(key));
            part.extend(found.map(|it| (it.id, it.scope.clone())));
            drop(shard);
            // The upgraded handles must not be dropped under the lock: the last
            // one frees the scope, which locks the shard again.
            scopes.extend(
                part.drain(..)
                    .filter_map(|(id, scope)| Some((id, scope.upgrade()?))),
            );
            if next == end {
                break;
            }
            from = next;
        }
    }
    scopes
}

/// How many scopes have opened, and of those that have ended, how many closed
/// for each reason. The two differ by those that are live.
pub(crate) fn ledger() -> (u64, [u64; REASONS]) {
    let mut opened = 0;
    let mut ended = [0; REASONS];
    for shard in 0..SHARDS {
        let shard = lock(shard);
        opened += shard.live.len() as u64 + shard.ended.iter().sum::<u64>();
        (ended.iter_mut().zip(shard.ended)).for_each(|(all, some)| *all += some);
    }
    (opened, ended)
}

/// Counts something that was to be bound to a closed scope.
pub(crate) fn count_late() {
    LATE.fetch_add(1, Ordering::Relaxed);
}

/// How many there were.
pub(crate) fn late_count() -> u64 {
    LATE.load(Ordering::Relaxed)
}

fn lock(shard: usize) -> MutexGuard<'static, Shard> {
    REGISTRY[shard]
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
}

/// Threads take the shards in turn. Without thread-local storage (a thread
/// that is being torn down) any shard serves.
pub(crate) fn shard_of_this_thread() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local!(static SHARD: Cell<Option<usize>> = const { Cell::new(None) });
    SHARD
        .try_with(|mine| {
            mine.get().unwrap_or_else(|| {
                let shard = NEXT.fetch_add(1, Ordering::Relaxed) % SHARDS;
                mine.set(Some(shard));
                shard
            })
        })
        .unwrap_or(0)
}
