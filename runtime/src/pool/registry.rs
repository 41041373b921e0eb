//! Pools by number, for what has to be copied into tasks and closures.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
};

use super::Shared;

/// A pool's number. No other has it after the pool is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PoolId(u64);

static NEXT: AtomicU64 = AtomicU64::new(1);

static POOLS: OnceLock<Mutex<HashMap<PoolId, Weak<Shared>>>> = OnceLock::new();

impl PoolId {
    /// That of the process, whichever it is.
    pub(crate) const DEFAULT: Self = Self(0);

    /// Kept for ever, which costs eight bytes: what generated code captures of a
    /// pool has to outlive the function.
    pub(super) fn new() -> &'static Self {
        Box::leak(Box::new(Self(NEXT.fetch_add(1, Ordering::Relaxed))))
    }
}

/// The pool of this number, while anybody has a handle to it.
pub(crate) fn find(id: PoolId) -> Option<Arc<Shared>> {
    pools().get(&id)?.upgrade()
}

/// How many sockets the pools of the process have.
#[cfg(feature = "console")]
pub(crate) fn connections() -> usize {
    let pools: Vec<_> = pools().values().cloned().collect();
    let live = pools.iter().filter_map(Weak::upgrade);
    live.map(|pool| pool.snapshot().sockets).sum()
}

pub(super) fn enter(id: PoolId, pool: &Arc<Shared>) {
    pools().insert(id, Arc::downgrade(pool));
}

pub(super) fn leave(id: PoolId) {
    pools().remove(&id);
}

fn pools() -> MutexGuard<'static, HashMap<PoolId, Weak<Shared>>> {
    let pools = POOLS.get_or_init(Mutex::default);
    pools.lock().unwrap_or_else(PoisonError::into_inner)
}
