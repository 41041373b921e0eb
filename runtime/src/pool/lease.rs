use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::time::Instant;
use tonic::transport::Channel;

use super::{
    shared::{Shared, Tonic},
    table::Link,
};
use crate::{
    channels::Record,
    client::{Lender, Lends},
};

/// A place on a connection, until it is given back.
///
/// The client holds it, and each of its calls: a response stream may outlive its
/// client, and the connection must not be closed under it (invariant 6).
pub(crate) struct Lease {
    pool: Arc<Shared>,
    link: Arc<Link<Tonic>>,
    returned: AtomicBool,
}

impl Lease {
    pub(super) fn new(pool: &Arc<Shared>, link: Arc<Link<Tonic>>) -> Arc<Self> {
        Arc::new(Self {
            pool: Arc::clone(pool),
            link,
            returned: AtomicBool::new(false),
        })
    }
}

impl Lends<Channel> for Lease {
    fn transport(&self) -> Option<Channel> {
        let returned = self.returned.load(Ordering::Relaxed);
        (!returned).then(|| self.link.channel.0.clone())
    }

    fn lender(self: Arc<Self>) -> Arc<dyn Lender> {
        self
    }

    fn channel(&self) -> &Arc<Record> {
        &self.link.channel.1
    }
}

impl Lender for Lease {
    fn give_back(&self) {
        // Invariant 4: whoever comes first, the close or the last holder.
        if !self.returned.swap(true, Ordering::Relaxed) {
            let Link { key, id, .. } = &*self.link;
            let effects = self.pool.table.returned(key, *id, Instant::now());
            self.pool.perform(effects);
        }
    }

    fn succeeded(&self) {
        self.link.health.succeeded();
    }

    fn failed(&self) {
        self.link.health.failed();
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
            .field("address", &self.link.key.to_string())
            .finish_non_exhaustive()
    }
}
