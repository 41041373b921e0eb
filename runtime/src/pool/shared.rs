use std::{
    fmt,
    hash::Hash,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use hashbrown::Equivalent;
use tokio::{
    runtime::Handle,
    sync::watch,
    time::{Instant, timeout},
};
use tonic::transport::{Channel, Endpoint};

use super::{
    LeaseError, PoolId, PoolSnapshot,
    error::Told,
    keeper,
    key::{ByHash, Key, Sought, hash_of_profile},
    lease::Lease,
    table::{Answer, Effects, Limits, Pooled, Request, Table},
    wait::Wait,
};
use crate::{
    channels::Record,
    client::ConnectError,
    connection::{Profile, Resolver, Target},
};

/// What is pooled here.
pub(super) enum Tonic {}

impl Pooled for Tonic {
    type Key = Key;
    type Hashes = ByHash;
    type Channel = (Channel, Arc<Record>);
    type Lease = Arc<Lease>;
}

/// What the handles of a pool, its keepers and its leases share.
pub(crate) struct Shared {
    id: &'static PoolId,
    pub(super) table: Table<Tonic>,
    pub(super) resolver: Resolver,
    profile: Profile,
    hash_of_profile: u64,
    /// The longest wait for a lease.
    wait: Duration,
    alike_endpoints: bool,
    unpooled: AtomicU64,
    /// Whether the pool is closed; each keeper listens for as long as anything
    /// of its connection is left.
    closed: watch::Sender<bool>,
}

impl Shared {
    pub(super) fn new(
        limits: Limits,
        resolver: Resolver,
        profile: Profile,
        wait: Duration,
        alike_endpoints: bool,
    ) -> Arc<Self> {
        Arc::new_cyclic(|shared| Self {
            id: PoolId::new(shared),
            table: Table::new(limits),
            resolver,
            hash_of_profile: hash_of_profile(&profile),
            profile,
            wait,
            alike_endpoints,
            unpooled: AtomicU64::new(0),
            closed: watch::Sender::new(false),
        })
    }

    pub(super) fn id(&self) -> &'static PoolId {
        self.id
    }

    /// In the runtime that this runs in.
    pub(super) fn key(&self, target: Target) -> Result<Key, ConnectError> {
        let source = target.into_source(&self.profile)?;
        let runtime = Handle::try_current().map_err(|_| LeaseError::runtime())?;
        Ok(Key::new(source, runtime))
    }

    /// A lease on what is there for somebody whose target reads the same.
    pub(super) fn lease_alike(self: &Arc<Self>, target: &Target) -> Option<Arc<Lease>> {
        let (address, own) = target.written()?;
        let runtime = Handle::try_current().ok()?.id();
        let (profile, hash) = match own {
            Some(own) => (own, hash_of_profile(own)),
            None => (&self.profile, self.hash_of_profile),
        };
        self.lease_now(&Sought::new(address, profile, hash, runtime))
    }

    /// An endpoint as something to be borrowed, if endpoints are alike.
    pub(crate) fn target_of(&self, endpoint: &Endpoint) -> Option<Target> {
        let alike = self.alike_endpoints;
        let target = alike.then(|| Target::alike(endpoint)).flatten();
        if target.is_none() {
            self.unpooled.fetch_add(1, Ordering::Relaxed);
        }
        target
    }

    /// A lease, as soon as there is one, for somebody who has until `deadline`.
    pub(super) async fn lease(
        self: &Arc<Self>,
        key: &Key,
        deadline: Option<Instant>,
    ) -> Result<Arc<Lease>, ConnectError> {
        let limit = self.wait;
        let most = Instant::now() + limit;
        let deadline = deadline.map_or(most, |deadline| deadline.min(most));
        match timeout(limit, self.served(key, deadline)).await {
            Ok(lease) => lease,
            Err(_) => Err(LeaseError::waited(limit).into()),
        }
    }

    async fn served(
        self: &Arc<Self>,
        key: &Key,
        deadline: Instant,
    ) -> Result<Arc<Lease>, ConnectError> {
        loop {
            let (request, effects) = self.table.request(key, deadline, Instant::now());
            self.perform(effects);
            let outcome = match request {
                Request::Lent(link) => Ok(Lease::new(self, link)),
                Request::Denied(denied) => Err(denied),
                Request::Queued(ticket, receiver) => Wait::new(self, key, ticket, receiver).await,
            };
            match outcome.map_err(Told::from) {
                Ok(lease) => return Ok(lease),
                Err(Told::Error(error)) => return Err(error.into()),
                Err(Told::Transport(error)) => return Err(ConnectError::shared(error)),
                Err(Told::AskAgain) => {}
            }
        }
    }

    /// A lease that is there at once.
    pub(super) fn lease_now<Q>(self: &Arc<Self>, key: &Q) -> Option<Arc<Lease>>
    where
        Q: Hash + Equivalent<Key>,
    {
        let link = self.table.request_now(key)?;
        Some(Lease::new(self, link))
    }

    /// Does what a step of the table has decided (invariant 9).
    pub(super) fn perform(self: &Arc<Self>, effects: Effects<Tonic>) {
        for start in effects.start {
            keeper::start(self, start);
        }
        for stop in effects.stop {
            stop.notify_one();
        }
        for Answer { waiter, link } in effects.answers {
            // Who has gone meanwhile drops the lease, and so returns it.
            let _ = waiter.send(link.map(|link| Lease::new(self, link)));
        }
    }

    pub(super) fn listen(&self) -> watch::Receiver<bool> {
        self.closed.subscribe()
    }

    /// Lends nothing more, and closes everything.
    pub(super) fn close(self: &Arc<Self>) {
        self.closed.send_replace(true);
        let effects = self.table.close();
        self.perform(effects);
    }

    /// Waits until nothing is left of a closed pool.
    pub(super) async fn gone(&self) {
        self.closed.closed().await;
    }

    pub(super) fn snapshot(&self) -> PoolSnapshot {
        let mut snapshot = self.table.snapshot(Key::to_string);
        snapshot.counts.unpooled = self.unpooled.load(Ordering::Relaxed);
        snapshot
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}
