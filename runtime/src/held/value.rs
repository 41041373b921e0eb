use std::{
    fmt,
    sync::{
        Arc, Weak,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::time::Instant;

use super::driver;
use crate::{
    deadline::Progress,
    lifecycle::{About, BondKind, CloseReason, End, Ending, GuardSlot, Revocable, Revoked},
    scope::{Owner, Scope, ambient, origin},
};

/// A stream that yields without ever waiting has its clock read for every so many
/// messages.
const UNTIMED: u64 = 256;

/// What an owner of a scope streams from, where the close can reach it.
pub(crate) struct Held<T> {
    scope: Scope,
    value: Revocable<T>,
    bound: Instant,
    /// How many messages it has yielded, and of how many `last` is the time. Both
    /// written by its user alone.
    messages: AtomicU64,
    timed: AtomicU64,
    last: Progress,
    guard: GuardSlot,
}

impl<T: Send + 'static> Held<T> {
    /// Binds the value to the owner's scope, whose limits hold from now on
    /// whether or not anybody polls.
    pub(crate) fn bind(value: T, owner: &Owner) -> Arc<Self> {
        let scope = owner.scope();
        let held = Arc::new(Self {
            scope: scope.clone(),
            value: Revocable::new(value),
            bound: Instant::now(),
            messages: AtomicU64::new(0),
            timed: AtomicU64::new(0),
            last: Progress::default(),
            guard: GuardSlot::new(),
        });
        let end: Weak<Self> = Arc::downgrade(&held);
        match scope
            .lifecycle()
            .bind(BondKind::Stream, scope.location(), end)
        {
            Ok(guard) => {
                held.guard.hold(guard);
                origin::escapable("stream", scope.location(), &scope, || Arc::downgrade(&held));
                // The limit on standing still counts from here.
                scope.lifecycle().moved();
                driver::start(scope.lifecycle());
            }
            // Invariant 2: the scope closed while the handler returned.
            Err(_) => held.drop_value(),
        }
        held
    }
}

impl<T> Held<T> {
    /// Works with the value, in its scope.
    pub(crate) fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> Result<R, Revoked> {
        ambient::enter(&self.scope, || self.value.with(f))
    }

    /// A message has gone out.
    pub(crate) fn yielded(&self) {
        let messages = self.messages.load(Ordering::Relaxed) + 1;
        self.messages.store(messages, Ordering::Relaxed);
        let scope = self.scope.lifecycle();
        if scope.meta().idle.is_some() {
            scope.moved();
            self.time_last();
        } else if messages.is_multiple_of(UNTIMED) {
            self.time_last();
        }
    }

    /// There is no message for now, and its user will be woken for the next.
    pub(crate) fn waits(&self) {
        if self.timed.load(Ordering::Relaxed) != self.messages.load(Ordering::Relaxed) {
            self.time_last();
        }
    }

    fn time_last(&self) {
        self.last.record(self.bound);
        let messages = self.messages.load(Ordering::Relaxed);
        self.timed.store(messages, Ordering::Relaxed);
    }

    /// Drops the value, in its scope.
    pub(crate) fn drop_value(&self) {
        if let Some(value) = self.value.revoke() {
            ambient::enter(&self.scope, || drop(value));
        }
        self.guard.release();
    }
}

impl<T: Send> End for Held<T> {
    fn end(&self, _: CloseReason) -> Ending {
        self.drop_value();
        Ending::Done
    }

    fn about(&self) -> About {
        About {
            since: Some(self.bound),
            messages: self.messages.load(Ordering::Relaxed),
            moved: self.last.last().map(|last| self.bound + last),
            ..About::default()
        }
    }
}

impl<T> fmt::Debug for Held<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held")
            .field("scope", &self.scope.name())
            .finish_non_exhaustive()
    }
}
