use std::{
    fmt,
    sync::{Arc, Weak},
};

use super::driver;
use crate::{
    lifecycle::{BondKind, CloseReason, End, Ending, GuardSlot, Revocable, Revoked},
    scope::{Owner, Scope, ambient},
};

/// What an owner of a scope streams from, where the close can reach it.
pub(crate) struct Held<T> {
    scope: Scope,
    value: Revocable<T>,
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
            guard: GuardSlot::new(),
        });
        let end: Weak<Self> = Arc::downgrade(&held);
        match scope
            .lifecycle()
            .bind(BondKind::Stream, scope.location(), end)
        {
            Ok(guard) => {
                held.guard.hold(guard);
                // The limit on standing still counts from here.
                held.moved();
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
    pub(crate) fn moved(&self) {
        self.scope.lifecycle().moved();
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
}

impl<T> fmt::Debug for Held<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held")
            .field("scope", &self.scope.name())
            .finish_non_exhaustive()
    }
}
