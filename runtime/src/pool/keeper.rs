//! The task that makes one connection, watches over it, and closes it.

use std::{panic::Location, sync::Arc};

use tokio::{
    sync::{Notify, watch},
    time::{Instant, sleep_until},
};
use tonic::transport::{Channel, Error};

use super::{
    dial::{Dial, Slot},
    key::Key,
    shared::{Shared, Tonic},
    table::{Conn, Due, Health, Link, Start},
};
use crate::{
    channels::Record,
    client::executor,
    lifecycle::{CloseReason, Lifecycle},
    scope::Scope,
};

/// Begins an attempt to connect, in the runtime of the key.
pub(super) fn start(pool: &Arc<Shared>, start: Start<Tonic>) {
    let Start {
        key,
        id,
        nth,
        begins,
    } = start;
    let runtime = key.runtime().clone();
    let slot = Slot::new(pool, &key, id);
    let keeper = Keeper {
        tasks: Lifecycle::unlisted("pooled connection"),
        stage: Stage::Connecting,
        closed: pool.listen(),
        pool: Arc::clone(pool),
        key,
        id,
    };
    // On a runtime that has ended it is dropped at once, which tells who waits.
    runtime.spawn(keeper.run(slot, nth, begins));
}

struct Keeper {
    /// Owns the connection's tasks, as a scope owns those of its own.
    tasks: Arc<Lifecycle>,
    stage: Stage,
    pool: Arc<Shared>,
    key: Key,
    id: u64,
    // Dropped last: the pool's close waits for it (invariant 8).
    closed: watch::Receiver<bool>,
}

/// ## `Connecting => (Watching | Over)`, `Watching => Over`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Connecting,
    Watching,
    Over,
}

impl Keeper {
    async fn run(mut self, slot: Slot, nth: usize, begins: Instant) {
        let health = Arc::new(Health::default());
        let record = Record::pooled(&self.key.uri());
        match self.attempt(slot, nth, begins, &health, &record).await {
            Some(Ok(channel)) => self.watch((channel, record), health).await,
            Some(Err(error)) => {
                self.stage = Stage::Over;
                let error = Arc::new(error);
                let now = Instant::now();
                let effects = self.pool.table.failed(&self.key, &error, now);
                self.pool.perform(effects);
            }
            None => self.leave(),
        }
        self.tasks.close(CloseReason::Completed);
        self.tasks.watch(true).await;
    }

    /// `None` if the pool is closed before there is a result.
    async fn attempt(
        &mut self,
        slot: Slot,
        nth: usize,
        begins: Instant,
        health: &Arc<Health>,
        record: &Arc<Record>,
    ) -> Option<Result<Channel, Error>> {
        let resolver = self.pool.resolver.starting_at(nth);
        let (endpoint, connector) = match self.key.source().connector(&resolver) {
            Ok(both) => both,
            Err(error) => return Some(Err(error)),
        };
        let scope = Scope::of(Arc::clone(&self.tasks));
        let executor = executor(&scope, Some(endpoint.uri()), Location::caller());
        let endpoint = endpoint.executor(executor);
        let dial = Dial::new(connector.of_channel(record), slot, health);
        let attempt = async {
            if begins > Instant::now() {
                sleep_until(begins).await;
            }
            endpoint.connect_with_connector(dial).await
        };
        tokio::select! {
            // A connection that is there goes through the table, as every other.
            biased;
            result = attempt => Some(result),
            _ = self.closed.wait_for(|closed| *closed) => None,
        }
    }

    async fn watch(&mut self, channel: (Channel, Arc<Record>), health: Arc<Health>) {
        let stop = Arc::new(Notify::new());
        let now = Instant::now();
        let limits = self.pool.table.limits();
        let link = Link {
            key: self.key.clone(),
            id: self.id,
            channel,
            health,
        };
        let conn = Conn::new(link, Arc::clone(&stop), now, limits);
        self.stage = Stage::Watching;
        let effects = self.pool.table.connected(&self.key, conn, now);
        self.pool.perform(effects);

        loop {
            let due = self.pool.table.due(&self.key, self.id, Instant::now());
            let Due::LookAgain(at) = due else {
                break;
            };
            tokio::select! {
                biased;
                _ = self.closed.wait_for(|closed| *closed) => break,
                () = stop.notified() => {}
                () = sleep_until(at) => {}
            }
        }
        self.leave();
    }

    /// Takes the connection, or what was to be one, out of the table.
    fn leave(&mut self) {
        let now = Instant::now();
        let table = &self.pool.table;
        let effects = match self.stage {
            Stage::Connecting => table.interrupted(&self.key),
            Stage::Watching => table.removed(&self.key, self.id, now),
            Stage::Over => return,
        };
        self.stage = Stage::Over;
        self.pool.perform(effects);
    }
}

/// The runtime has ended, or the pool was closed on the way: nobody is left to
/// wait for the tasks, which end with the runtime as well.
impl Drop for Keeper {
    fn drop(&mut self) {
        self.leave();
        self.tasks.close(CloseReason::OwnerDropped);
    }
}
