use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use tokio::{sync::oneshot, time::Instant};

use super::{
    key::Key,
    lease::Lease,
    shared::{Shared, Tonic},
    table::{Denied, Outcome},
};

/// Waits for a lease.
///
/// Dropped, it leaves the queue; what was handed to it at that moment is given
/// back.
pub(super) struct Wait<'a> {
    pool: &'a Arc<Shared>,
    key: &'a Key,
    ticket: u64,
    receiver: oneshot::Receiver<Outcome<Tonic>>,
}

impl<'a> Wait<'a> {
    pub(super) fn new(
        pool: &'a Arc<Shared>,
        key: &'a Key,
        ticket: u64,
        receiver: oneshot::Receiver<Outcome<Tonic>>,
    ) -> Self {
        Self {
            pool,
            key,
            ticket,
            receiver,
        }
    }
}

impl Future for Wait<'_> {
    type Output = Result<Arc<Lease>, Denied>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.receiver)
            .poll(cx)
            .map(|answer| answer.unwrap_or(Err(Denied::Closed)))
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        let now = Instant::now();
        let effects = self.pool.table.abandon(self.key, self.ticket, now);
        self.pool.perform(effects);
    }
}
