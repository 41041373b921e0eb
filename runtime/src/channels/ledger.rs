use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
};

/// Things of one kind, by number, for as long as somebody has them.
///
/// They are entered where a connection is made, or less often: one lock is enough.
pub(crate) struct Ledger<T>(Mutex<BTreeMap<u64, Weak<T>>>);

/// Channels, sockets and servers have their numbers from one row, as channelz
/// wants it. Zero is none.
static NEXT: AtomicU64 = AtomicU64::new(1);

impl<T> Ledger<T> {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    /// Makes one, and enters it under the number that it is told.
    pub(crate) fn enter(&self, make: impl FnOnce(u64) -> T) -> Arc<T> {
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        let it = Arc::new(make(id));
        self.lock().insert(id, Arc::downgrade(&it));
        it
    }

    /// To be called by what is dropped.
    pub(crate) fn leave(&self, id: u64) {
        self.lock().remove(&id);
    }

    /// All of them, by number.
    pub(crate) fn all(&self) -> Vec<Arc<T>> {
        let all: Vec<_> = self.lock().values().cloned().collect();
        // Not under the lock: where this is the last to have one, its drop takes
        // the lock again.
        all.iter().filter_map(Weak::upgrade).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Weak<T>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
