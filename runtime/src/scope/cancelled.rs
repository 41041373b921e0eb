use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use super::ambient;
use crate::lifecycle::{CloseReason, Lifecycle, Watch};

/// Waits for the close of a scope; see [`Scope::cancelled`](super::Scope::cancelled).
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub(super) struct Cancelled {
    scope: Arc<Lifecycle>,
    watch: Watch,
    /// Whoever polls it first is who listens.
    polled: bool,
}

impl Cancelled {
    pub(super) fn new(scope: &Arc<Lifecycle>) -> Self {
        Self {
            scope: Arc::clone(scope),
            watch: scope.watch(false),
            polled: false,
        }
    }
}

impl Future for Cancelled {
    type Output = CloseReason;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<CloseReason> {
        if !self.polled {
            self.polled = true;
            // Before the watch: a close that it is woken by has seen who listens.
            ambient::listen(&self.scope);
        }
        Pin::new(&mut self.watch).poll(cx)
    }
}
