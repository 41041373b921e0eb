//! What ties something to a scope, and the guard that unties it.

use std::{
    fmt, mem,
    panic::Location,
    sync::{Arc, Weak},
};

use super::{
    About, CloseReason, InFlight, Lifecycle,
    sync::{Mutex, lock},
};

/// What a bond ties to its scope, in the order in which a close ends them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum BondKind {
    Child,
    Call,
    Stream,
    Task,
    Cleanup,
    Client,
    Connection,
}

impl BondKind {
    /// What a close ends first: calls and streams before the tasks that may
    /// wait for them.
    pub(super) const WORK: [Self; 4] = [Self::Child, Self::Call, Self::Stream, Self::Task];

    /// What a close ends last, because it carries the rest, cleanups included.
    pub(super) const CARRIERS: [Self; 2] = [Self::Client, Self::Connection];

    /// Whether cleanups wait for it to be gone.
    pub(super) fn is_work(self) -> bool {
        self <= Self::Task
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Child => "child scope",
            Self::Call => "call",
            Self::Stream => "stream",
            Self::Task => "task",
            Self::Cleanup => "cleanup",
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
    fn end(&self, reason: CloseReason) -> Ending;

    /// Ends what [`end`](Self::end) has asked: its time is over. May be called
    /// more than once, otherwise as `end` is.
    fn insist(&self) {}

    /// What is under way there, for the error of a scope whose time is over.
    fn in_flight(&self) -> Option<InFlight> {
        None
    }

    /// What it is like now. Called without any lock held, by anybody at any time;
    /// reads what is there, runs nothing of the user's and waits for nobody.
    fn about(&self) -> About {
        About::default()
    }
}

/// What became of a thing that was to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "what was asked may need time"]
pub(crate) enum Ending {
    /// It is gone, or will be without anybody's doing.
    Done,
    /// It knows of the close and listens to it: it is given time to finish.
    ///
    /// Its scope must have been told to [`allow_time`](Lifecycle::allow_time).
    Asked,
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
