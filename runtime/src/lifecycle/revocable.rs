//! A value that its user polls and its scope can take away.

use std::mem;

use super::sync::{AtomicBool, Mutex, Ordering, try_lock};

/// A slot whose value can be dropped from outside while someone else uses it.
///
/// Nobody ever waits for the mutex, it tells who is in: the user, who works with the
/// value where it is, or a revocation, which takes it. So no foreign code runs under
/// a lock in the sense of invariant 6, and a revocation never waits for a poll: one
/// that finds the value in use has left word before, and the user drops it when
/// done.
///
/// There is one user at a time; [`with`](Self::with) inside `with`, or on two
/// threads at once, finds the slot empty.
//
// Who revokes leaves word first and then looks whether somebody is in; who is in goes
// out first and then looks for word. Both change the word, so one of them comes second
// there, and sees what the other did before.
#[derive(Debug)]
pub(crate) struct Revocable<T> {
    value: Mutex<Option<T>>,
    revoked: AtomicBool,
}

/// The value is gone.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Revoked;

impl<T> Revocable<T> {
    pub(crate) fn new(value: T) -> Self {
        Self::holding(Some(value))
    }

    pub(crate) fn empty() -> Self {
        Self::holding(None)
    }

    fn holding(value: Option<T>) -> Self {
        Self {
            value: Mutex::new(value),
            revoked: AtomicBool::new(false),
        }
    }

    /// Puts the value into an empty slot.
    ///
    /// # Errors
    ///
    /// Hands the value back if the slot has been revoked, or is not empty.
    pub(crate) fn fill(&self, value: T) -> Result<(), T> {
        match try_lock(&self.value) {
            Some(mut slot) if slot.is_none() => *slot = Some(value),
            _ => return Err(value),
        }
        self.left().map_or(Ok(()), Err)
    }

    /// Works with the value.
    ///
    /// If it is revoked meanwhile, the result still counts and the value is
    /// dropped before this returns. If `f` panics, the value is dropped and
    /// counts as revoked.
    #[inline]
    pub(crate) fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> Result<R, Revoked> {
        let unwinds = Unwinds(self);
        let result = match try_lock(&self.value) {
            Some(mut slot) => slot.as_mut().map(f),
            None => None,
        };
        mem::forget(unwinds);
        drop(self.left());
        result.ok_or(Revoked)
    }

    /// Whether the value has been taken away, even if it is still in use.
    pub(crate) fn is_revoked(&self) -> bool {
        self.revoked.load(Ordering::Acquire)
    }

    /// Takes the value away; the caller drops it.
    pub(crate) fn revoke(&self) -> Option<T> {
        self.revoked.swap(true, Ordering::AcqRel);
        self.take()
    }

    /// Takes what has been revoked while somebody was in, who is out by now.
    #[inline]
    fn left(&self) -> Option<T> {
        // A change, not a look: see above.
        let revoked = self.revoked.fetch_or(false, Ordering::AcqRel);
        if revoked { self.take() } else { None }
    }

    fn take(&self) -> Option<T> {
        try_lock(&self.value)?.take()
    }
}

/// A user whose work has panicked takes the value away, once it is out.
struct Unwinds<'a, T>(&'a Revocable<T>);

impl<T> Drop for Unwinds<'_, T> {
    fn drop(&mut self) {
        drop(self.0.revoke());
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
