use std::{
    mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use super::{CloseReason, Lifecycle, state::State};

/// Waits until a scope has closed, or ended. Any number can wait.
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub(crate) struct Watch {
    scope: Arc<Lifecycle>,
    ended: bool,
    /// The entry in the list of watchers, and whether the scope was closed when
    /// it was made: the close empties the list, after which an older key may
    /// name somebody else's entry.
    key: Option<(bool, usize)>,
}

impl Watch {
    pub(super) fn new(scope: Arc<Lifecycle>, ended: bool) -> Self {
        Self {
            scope,
            ended,
            key: None,
        }
    }

    fn look(&self, state: &State) -> Option<CloseReason> {
        state.reason.filter(|_| !self.ended || state.has_ended())
    }

    fn key(&self, state: &State) -> Option<usize> {
        let closed = state.reason.is_some();
        self.key.filter(|key| key.0 == closed).map(|key| key.1)
    }
}

impl Future for Watch {
    type Output = CloseReason;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<CloseReason> {
        let this = self.get_mut();
        if let Some(reason) = this.look(&this.scope.state()) {
            return Poll::Ready(reason);
        }
        // Cloned with the lock free (invariant 6), so the look is repeated.
        let waker = cx.waker().clone();
        let scope = Arc::clone(&this.scope);
        let mut state = scope.state();
        if let Some(reason) = this.look(&state) {
            drop(state);
            return Poll::Ready(reason);
        }
        let key = this.key(&state);
        let closed = state.reason.is_some();
        let watchers = state.watchers.get_or_insert_default();
        let entry = key.and_then(|key| watchers.get_mut(key));
        let old = if let Some(entry) = entry {
            Some(mem::replace(entry, waker))
        } else {
            this.key = Some((closed, watchers.insert(waker)));
            None
        };
        drop(state);
        drop(old);
        Poll::Pending
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut state = self.scope.state();
        let key = self.key(&state);
        let old = key.and_then(|key| state.watchers.as_mut()?.try_remove(key));
        drop(state);
        drop(old);
    }
}
