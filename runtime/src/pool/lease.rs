use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::time::Instant;

use super::{
    key::Key,
    shared::{Lent, Shared, Tonic},
    table::{Health, Place},
};
use crate::{channels::Record, client::Lender};

/// A place on a connection, until it is given back.
///
/// The client holds it, and each of its calls: a response stream may outlive its
/// client, and the connection must not be closed under it (invariant 6).
pub(crate) struct Lease {
    pool: Arc<Shared>,
    key: Key,
    connection: u64,
    record: Arc<Record>,
    health: Arc<Health>,
    returned: AtomicBool,
}

impl Lease {
    pub(super) fn new(pool: &Arc<Shared>, key: &Key, place: Place<Tonic>) -> Lent {
        let Place {
            id,
            channel: (channel, record),
            health,
        } = place;
        let lease = Self {
            pool: Arc::clone(pool),
            key: key.clone(),
            connection: id,
            record,
            health,
            returned: AtomicBool::new(false),
        };
        (channel, Arc::new(lease))
    }

    /// What is known of its channel.
    pub(super) fn channel(&self) -> Arc<Record> {
        Arc::clone(&self.record)
    }
}

impl Lender for Lease {
    fn give_back(&self) {
        // Invariant 4: whoever comes first, the close or the last holder.
        if !self.returned.swap(true, Ordering::Relaxed) {
            let now = Instant::now();
            let effects = self.pool.table.returned(&self.key, self.connection, now);
            self.pool.perform(effects);
        }
    }

    fn succeeded(&self) {
        self.health.succeeded();
    }

    fn failed(&self) {
        self.health.failed();
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.give_back();
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease")
            .field("address", &self.key.to_string())
            .finish_non_exhaustive()
    }
}
