//! A value that its user polls and its scope can take away.

use std::mem;

use super::sync::{Mutex, lock};

/// A slot whose value can be dropped from outside while someone else uses it.
///
/// The user takes the value out for as long as it works with it, so no foreign
/// code runs under the lock (invariant 6) and a revocation never waits for a
/// poll. A revocation that finds the value taken out leaves word, and the user
/// drops it when done.
///
/// There is one user at a time; [`with`](Self::with) inside `with`, or on two
/// threads at once, finds the slot empty.
#[derive(Debug)]
pub(crate) struct Revocable<T>(Mutex<Slot<T>>);

/// ## `Empty => Idle`, `Idle <=> InUse`, any `=> Revoked`
#[derive(Debug)]
enum Slot<T> {
    Empty,
    Idle(T),
    InUse,
    Revoked,
}

/// The value is gone.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Revoked;

impl<T> Revocable<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Mutex::new(Slot::Idle(value)))
    }

    pub(crate) fn empty() -> Self {
        Self(Mutex::new(Slot::Empty))
    }

    /// Puts the value into an empty slot.
    ///
    /// # Errors
    ///
    /// Hands the value back if the slot has been revoked, or is not empty.
    pub(crate) fn fill(&self, value: T) -> Result<(), T> {
        let mut slot = lock(&self.0);
        match *slot {
            Slot::Empty => {
                *slot = Slot::Idle(value);
                Ok(())
            }
            _ => Err(value),
        }
    }

    /// Works with the value.
    ///
    /// If it is revoked meanwhile, the result still counts and the value is
    /// dropped before this returns. If `f` panics, the value is dropped and
    /// counts as revoked.
    pub(crate) fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> Result<R, Revoked> {
        let mut value = self.take()?;
        let result = f(&mut value);
        drop(self.put_back(value));
        Ok(result)
    }

    /// Whether the value has been taken away, even if it is still in use.
    pub(crate) fn is_revoked(&self) -> bool {
        matches!(*lock(&self.0), Slot::Revoked)
    }

    /// Takes the value away; the caller drops it.
    pub(crate) fn revoke(&self) -> Option<T> {
        match mem::replace(&mut *lock(&self.0), Slot::Revoked) {
            Slot::Idle(value) => Some(value),
            Slot::Empty | Slot::InUse | Slot::Revoked => None,
        }
    }

    fn take(&self) -> Result<T, Revoked> {
        let mut slot = lock(&self.0);
        match mem::replace(&mut *slot, Slot::InUse) {
            Slot::Idle(value) => Ok(value),
            other => {
                *slot = other;
                Err(Revoked)
            }
        }
    }

    /// Returns the value if it was revoked while in use.
    fn put_back(&self, value: T) -> Option<T> {
        let mut slot = lock(&self.0);
        match *slot {
            Slot::InUse => {
                *slot = Slot::Idle(value);
                None
            }
            _ => Some(value),
        }
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use std::{panic, rc::Rc};

    use super::*;

    #[test]
    fn a_revoked_value_is_gone_for_its_user() {
        let slot = Revocable::new(1);
        assert_eq!(slot.with(|v| *v), Ok(1));
        assert_eq!(slot.revoke(), Some(1));
        assert_eq!(slot.revoke(), None);
        assert_eq!(slot.with(|v| *v), Err(Revoked));
        assert_eq!(slot.fill(2), Err(2));
    }

    #[test]
    fn a_revocation_during_use_drops_the_value_afterwards() {
        let value = Rc::new(());
        let slot = Revocable::new(Rc::clone(&value));
        let seen = slot.with(|v| {
            assert!(!slot.is_revoked());
            assert!(slot.revoke().is_none());
            assert!(slot.is_revoked());
            Rc::strong_count(v)
        });
        assert_eq!(seen, Ok(2));
        assert_eq!(Rc::strong_count(&value), 1);
        assert_eq!(slot.with(|_| ()), Err(Revoked));
    }

    #[test]
    fn a_panic_during_use_drops_the_value() {
        let value = Rc::new(());
        let slot = Revocable::new(Rc::clone(&value));
        let result = panic::catch_unwind(panic::AssertUnwindSafe(|| slot.with(|_| panic!("user"))));
        assert!(result.is_err());
        assert_eq!(Rc::strong_count(&value), 1);
        assert_eq!(slot.with(|_| ()), Err(Revoked));
    }
}
