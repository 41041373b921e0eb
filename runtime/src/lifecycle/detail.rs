//! More of an end than its reason: the task that panicked, the call that was under way.

use super::{
    InFlight, Lifecycle,
    state::{Detail, TaskPanic},
};

impl Lifecycle {
    /// Notes why an open scope will close: for a panic of one of its tasks,
    /// whatever comes to close it first.
    pub(crate) fn note_panic(&self, panic: TaskPanic) {
        let mut state = self.state();
        let first = !matches!(state.detail.as_deref(), Some(Detail::Panic(_)));
        if state.reason.is_none() && first {
            state.detail = Some(Box::new(Detail::Panic(panic)));
        }
    }

    /// Notes that a call has used up the time of this scope, and of those around
    /// it with the same deadline: an error that closes them is that deadline's,
    /// though what was sent to the peer, and so its end, is up to 1 % shorter.
    pub(crate) fn note_overrun(&self, in_flight: Option<&InFlight>) {
        let deadline = self.meta().deadline;
        for scope in self.outwards() {
            let mut state = scope.state();
            if scope.meta().deadline != deadline || state.reason.is_some() {
                return;
            }
            if state.detail.is_none() {
                let in_flight = in_flight.cloned();
                state.detail = in_flight.map(|it| Box::new(Detail::InFlight(it)));
            }
        }
    }

    /// The panic of a task for which the scope closed.
    pub(crate) fn panic(&self) -> Option<TaskPanic> {
        match self.state().detail.as_deref()? {
            Detail::Panic(panic) => Some(panic.clone()),
            Detail::InFlight(_) => None,
        }
    }

    /// What was under way when a limit closed the scope.
    pub(crate) fn ended_in_flight(&self) -> Option<InFlight> {
        let state = self.state();
        match state.detail.as_deref()? {
            Detail::InFlight(it) if state.reason?.is_limit() => Some(it.clone()),
            _ => None,
        }
    }
}
