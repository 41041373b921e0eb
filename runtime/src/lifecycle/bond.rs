//! What ties something to a scope, and the guard that unties it.

use std::{
    fmt, mem,
    panic::Location,
    sync::{Arc, Weak},
};

use super::{
    CloseReason, InFlight, Lifecycle,
    sync::{Mutex, lock},
};

/// What a bond ties to its scope, in the order in which a close ends them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum BondKind {
    Child,
    Call,
    Stream,
    Task,
    Client,
    Connection,
}

impl BondKind {
    /// Calls and streams before the tasks that may wait for them, and both
    /// before the clients and connections that carry them.
    pub(super) const CLOSE_ORDER: [Self; 6] = [
        Self::Child,
        Self::Call,
        Self::Stream,
        Self::Task,
        Self::Client,
        Self::Connection,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Child => "child scope",
            Self::Call => "call",
            Self::Stream => "stream",
            Self::Task => "task",
            Self::Client => "client",
            Self::Connection => "connection",
        }
    }
}

impl fmt::Display for BondKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Something that its scope can end from outside.
pub(crate) trait End: Send + Sync {
    /// Ends it now, as far as that is possible without waiting.
    ///
    /// Called at most once, without any lock held, possibly on another thread
    /// than the one that uses the thing, and possibly after it has ended by
    /// itself.
    fn end(&self, reason: CloseReason);

    /// What is under way there, for the error of a scope whose time is over.
    fn in_flight(&self) -> Option<InFlight> {
        None
    }
}

/// One entry in a scope's list.
///
/// It does not keep the thing alive: whoever uses the thing owns it, together
/// with the [`Guard`] that removes this entry.
pub(super) struct Bond {
    pub(super) kind: BondKind,
    pub(super) place: &'static Location<'static>,
    pub(super) end: Weak<dyn End>,
}

/// Releases a bond when it is dropped (invariant 3).
#[must_use = "dropping the guard releases the bond at once"]
pub(crate) struct Guard {
    scope: Arc<Lifecycle>,
    key: usize,
}

impl Guard {
    pub(super) fn new(scope: Arc<Lifecycle>, key: usize) -> Self {
        Self { scope, key }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.scope.release(self.key);
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard")
            .field("scope", &self.scope.meta().site)
            .finish_non_exhaustive()
    }
}

/// The guard of a thing that has to be there before it can be bound.
///
/// The scope may end the thing before its guard has arrived; the guard is then
/// dropped as it arrives.
#[derive(Debug)]
pub(crate) struct GuardSlot(Mutex<Slot>);

/// ## `Waiting => (Held | Released)`, `Held => Released`
#[derive(Debug)]
enum Slot {
    Waiting,
    Held { _guard: Guard },
    Released,
}

impl GuardSlot {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Slot::Waiting))
    }

    pub(crate) fn hold(&self, guard: Guard) {
        let mut slot = lock(&self.0);
        if let Slot::Waiting = *slot {
            *slot = Slot::Held { _guard: guard };
        } else {
            drop(slot);
            drop(guard);
        }
    }

    pub(crate) fn release(&self) {
        let slot = mem::replace(&mut *lock(&self.0), Slot::Released);
        drop(slot);
    }
}
