//! Waiting for a scope: its owner, and whoever else.

use std::{
    sync::Arc,
    task::{Context, Poll, Waker},
};

use super::{CloseReason, Lifecycle, state::State, watch::Watch};

impl Lifecycle {
    /// Waits, as the owner, for the close. Ready with its reason.
    pub(crate) fn poll_closed(&self, cx: &mut Context<'_>) -> Poll<CloseReason> {
        self.poll_owner(cx, |state| state.reason)
    }

    /// Waits, as the owner, until a closed scope has no bond left.
    pub(crate) fn poll_ended(&self, cx: &mut Context<'_>) -> Poll<()> {
        if self.has_ended() {
            return Poll::Ready(());
        }
        self.poll_owner(cx, |state| state.has_ended().then_some(()))
    }

    fn poll_owner<T>(&self, cx: &mut Context<'_>, look: impl Fn(&State) -> Option<T>) -> Poll<T> {
        let state = self.state();
        if let Some(seen) = look(&state) {
            return Poll::Ready(seen);
        }
        if state
            .owner
            .as_ref()
            .is_some_and(|waker| waker.will_wake(cx.waker()))
        {
            return Poll::Pending;
        }
        drop(state);
        // Cloned with the lock free (invariant 6), so the look is repeated.
        let waker = cx.waker().clone();
        let mut state = self.state();
        if let Some(seen) = look(&state) {
            drop(state);
            return Poll::Ready(seen);
        }
        let old = state.owner.replace(waker);
        drop(state);
        drop(old);
        Poll::Pending
    }

    /// Waits, as anybody, until the scope has closed, or also `ended`.
    pub(crate) fn watch(self: &Arc<Self>, ended: bool) -> Watch {
        Watch::new(Arc::clone(self), ended)
    }

    /// Wakes somebody when a closed scope has no bond left; at once if it has none.
    pub(crate) fn wake_at_end(&self, waker: Waker) {
        let mut state = self.state();
        if state.has_ended() {
            drop(state);
            waker.wake();
        } else {
            state.watchers.get_or_insert_default().insert(waker);
        }
    }
}
