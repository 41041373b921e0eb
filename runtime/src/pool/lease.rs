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

#[cfg(test)]
mod tests {
    use tonic::transport::Endpoint;

    use super::*;
    use crate::{connection::Destination as _, pool::Pool};

    #[tokio::test]
    async fn what_has_been_given_back_lends_nothing() {
        let pool = Pool::builder().build().unwrap().shared();
        let key = pool.key("http://users:50051".target()).unwrap();
        let channel = Endpoint::from_static("http://users:50051").connect_lazy();
        let record = Record::pooled(&key.uri());
        let link = Link {
            key,
            id: 0,
            channel: (channel, record),
            health: Arc::default(),
        };
        let lease = Lease::new(&pool, Arc::new(link));
        assert!(lease.transport().is_some());
        lease.give_back();
        assert!(lease.transport().is_none());
    }
}
