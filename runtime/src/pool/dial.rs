//! The sockets of one connection, each counted for as long as it is open.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use tokio::time::{Instant, sleep_until};
use tower::{BoxError, Service};

use super::{
    key::Key,
    shared::Shared,
    table::{Denied, Health},
};
use crate::connection::{Connector, Io};

/// Opens the sockets of one connection.
///
/// The first is the one that the pool's attempt was allowed. tonic's channel
/// asks for more when a call finds the last one broken: that is a lease whose
/// peer has gone and perhaps come back, and it has to ask the pool.
pub(super) struct Dial {
    connector: Connector,
    first: Option<Slot>,
    pool: Arc<Shared>,
    key: Key,
    id: u64,
    health: Arc<Health>,
}

impl Dial {
    pub(super) fn new(connector: Connector, first: Slot, health: &Arc<Health>) -> Self {
        Self {
            connector,
            pool: Arc::clone(&first.pool),
            key: first.key.clone(),
            id: first.id,
            health: Arc::clone(health),
            first: Some(first),
        }
    }
}

/// The place for another socket of a connection. A back-off that ends soon is
/// waited for, as by who asks for a lease.
async fn reopen(pool: Arc<Shared>, key: Key, id: u64) -> Result<Slot, Denied> {
    let table = &pool.table;
    let patience = Instant::now() + table.limits().patience;
    loop {
        match table.reopen(&key, id, Instant::now()) {
            Ok(()) => return Ok(Slot::new(&pool, &key, id)),
            Err(Denied::BackOff(back_off)) if back_off.until < patience => {
                sleep_until(back_off.until).await;
            }
            Err(denied) => return Err(denied),
        }
    }
}

impl Service<Uri> for Dial {
    type Response = Socket;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Socket, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.connector.poll_ready(cx)
    }

    fn call(&mut self, address: Uri) -> Self::Future {
        let first = self.first.take();
        let again = first.is_none();
        let another = reopen(Arc::clone(&self.pool), self.key.clone(), self.id);
        let health = Arc::clone(&self.health);
        let attempt = self.connector.call(address);
        Box::pin(async move {
            let slot = match first {
                Some(slot) => slot,
                None => another.await?,
            };
            match attempt.await {
                Ok(io) => {
                    let socket = Socket::new(io, health, slot);
                    if again {
                        socket.slot.opened();
                    }
                    Ok(socket)
                }
                Err(error) => {
                    if again {
                        slot.failed();
                    }
                    Err(error)
                }
            }
        })
    }
}

/// A socket that is counted (invariant 1).
pub(super) struct Slot {
    pool: Arc<Shared>,
    key: Key,
    id: u64,
}

impl Slot {
    /// For one that the table has counted.
    pub(super) fn new(pool: &Arc<Shared>, key: &Key, id: u64) -> Self {
        Self {
            pool: Arc::clone(pool),
            key: key.clone(),
            id,
        }
    }

    /// It is open: who waits may have a place on its connection.
    fn opened(&self) {
        let effects = self.pool.table.reopened(&self.key, Instant::now());
        self.pool.perform(effects);
    }

    /// It could not be opened: others need not try at once.
    fn failed(&self) {
        self.pool.table.reopen_failed(&self.key, Instant::now());
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let now = Instant::now();
        let effects = self.pool.table.socket_gone(&self.key, self.id, now);
        self.pool.perform(effects);
    }
}

/// An open socket.
pub(super) struct Socket {
    // Dropped, and so closed, before it stops being counted.
    io: Io,
    health: Arc<Health>,
    slot: Slot,
}

impl Socket {
    fn new(io: Io, health: Arc<Health>, slot: Slot) -> Self {
        health.opened();
        Self { io, health, slot }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // Before the slot: what has no socket is not lent any more.
        self.health.closed();
    }
}

impl Read for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buf)
    }
}

impl Write for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
