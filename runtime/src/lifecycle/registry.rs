//! Every scope of the process that has not ended.

use std::{
    cell::Cell,
    sync::{
        Mutex, PoisonError, Weak,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use slab::Slab;

use super::Lifecycle;

/// More shards than a machine usually has cores, so that threads that open
/// scopes at the same moment seldom meet.
const SHARDS: usize = 32;

static REGISTRY: [Mutex<Slab<Weak<Lifecycle>>>; SHARDS] =
    [const { Mutex::new(Slab::new()) }; SHARDS];

/// The process is shutting down: no new roots.
static REFUSES_ROOTS: AtomicBool = AtomicBool::new(false);

/// A scope's entry; removed when dropped.
///
/// The shard and the key within it, in one number: a scope is counted in bytes.
#[derive(Debug)]
pub(super) struct Entry(usize);

impl Entry {
    pub(super) fn new(scope: Weak<Lifecycle>) -> Self {
        let shard = shard_of_this_thread();
        let key = lock(shard).insert(scope);
        Self(key * SHARDS + shard)
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        // Dropping a `Weak` may free memory but runs no code of anybody's.
        lock(self.0 % SHARDS).try_remove(self.0 / SHARDS);
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
    (0..SHARDS).map(|shard| lock(shard).len()).sum()
}

/// The scopes that have not ended, in no particular order.
///
/// Each shard is locked by itself: what is opened or ends meanwhile may be
/// missing or present.
pub(crate) fn live() -> Vec<std::sync::Arc<Lifecycle>> {
    let mut scopes = Vec::new();
    for shard in 0..SHARDS {
        let found: Vec<_> = lock(shard).iter().map(|(_, scope)| scope.clone()).collect();
        // The upgraded handles must not be dropped under the lock: the last
        // one frees the scope, which locks the shard again.
        scopes.extend(found.iter().filter_map(Weak::upgrade));
    }
    scopes
}

fn lock(shard: usize) -> std::sync::MutexGuard<'static, Slab<Weak<Lifecycle>>> {
    REGISTRY[shard]
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
}

/// Threads take the shards in turn. Without thread-local storage (a thread
/// that is being torn down) any shard serves.
fn shard_of_this_thread() -> usize {
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
