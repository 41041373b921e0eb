//! Pools by reference, for what has to be copied into tasks and closures.

use std::{
    fmt, ptr,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use super::Shared;

/// By which a pool is found, for as long as anybody has a handle to it.
pub struct PoolId(Option<Mutex<Weak<Shared>>>);

/// That of the process, whichever it is.
pub(crate) static DEFAULT: PoolId = PoolId(None);

static POOLS: Mutex<Vec<&'static PoolId>> = Mutex::new(Vec::new());

impl PoolId {
    /// Kept for ever, which costs three words: what generated code captures of a
    /// pool has to outlive the function.
    pub(super) fn new(pool: &Weak<Shared>) -> &'static Self {
        let id: &'static Self = Box::leak(Box::new(Self(Some(Mutex::new(pool.clone())))));
        locked(&POOLS).push(id);
        id
    }

    pub(crate) fn find(&self) -> Option<Arc<Shared>> {
        match &self.0 {
            Some(pool) => locked(pool).upgrade(),
            None => Some(super::default().shared()),
        }
    }

    /// Nobody has a handle any more.
    pub(super) fn leave(&self) {
        locked(&POOLS).retain(|id| !ptr::eq(*id, self));
        if let Some(pool) = &self.0 {
            *locked(pool) = Weak::new();
        }
    }
}

impl fmt::Debug for PoolId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PoolId").finish_non_exhaustive()
    }
}

/// How many sockets the pools of the process have.
#[cfg(feature = "console")]
pub(crate) fn connections() -> usize {
    let ids = locked(&POOLS).clone();
    let live = ids.iter().filter_map(|id| id.find());
    live.map(|pool| pool.snapshot().sockets).sum()
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
