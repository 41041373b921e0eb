//! Models of the core: every order in which two or three threads can meet.
//!
//! Each states the invariant that it checks. Run by
//! `RUSTFLAGS="--cfg loom" LOOM_MAX_PREEMPTIONS=3 cargo test -p tonic-scope
//! --lib --release`; without the bound it takes longer and finds the same.

mod slow;

use std::{
    panic::Location,
    sync::{Arc, Weak},
    task::{Context, Waker},
};

use loom::{
    future::block_on,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use super::{
    BondKind, CloseReason, End, Ending, Guard, GuardSlot, Lifecycle, Meta, Revocable, Site,
};

fn open(parent: Option<&Arc<Lifecycle>>) -> Option<Arc<Lifecycle>> {
    Lifecycle::open(Meta::unlimited(Site::new("test")), None, parent).ok()
}

fn root() -> Arc<Lifecycle> {
    Lifecycle::root(Meta::unlimited(Site::new("test")), None)
}

/// Something bound: counts how often it is ended, and lets go when it is.
struct Thing {
    guard: GuardSlot,
    ended: AtomicUsize,
}

impl Thing {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            guard: GuardSlot::new(),
            ended: AtomicUsize::new(0),
        })
    }

    /// Whether the scope took it on.
    fn bind(self: &Arc<Self>, scope: &Arc<Lifecycle>) -> bool {
        let end: Weak<Self> = Arc::downgrade(self);
        let guard = scope.bind(BondKind::Call, Location::caller(), end);
        guard.map(|guard: Guard| self.guard.hold(guard)).is_ok()
    }

    fn ended(&self) -> usize {
        self.ended.load(Ordering::SeqCst)
    }
}

impl End for Thing {
    fn end(&self, _: CloseReason) -> Ending {
        self.ended.fetch_add(1, Ordering::SeqCst);
        self.guard.release();
        Ending::Done
    }
}

/// Invariant 1.
#[test]
fn of_two_closes_one_counts_and_its_reason_stays() {
    loom::model(|| {
        let scope = root();
        let other = Arc::clone(&scope);
        let closer = thread::spawn(move || other.close(CloseReason::Cancelled));
        let mine = scope.close(CloseReason::DeadlineExceeded);
        let seen = scope.reason();
        let theirs = closer.join().unwrap();
        assert!(mine != theirs);
        let first = if mine {
            CloseReason::DeadlineExceeded
        } else {
            CloseReason::Cancelled
        };
        assert_eq!(seen, Some(first));
        assert_eq!(scope.reason(), Some(first));
    });
}

/// Invariants 2 and 3: what comes while the scope closes is either refused, or
/// ended; nothing is left bound.
#[test]
fn a_bond_that_meets_the_close_is_refused_or_ended() {
    loom::model(|| {
        let scope = root();
        let other = Arc::clone(&scope);
        let thing = Thing::new();
        let late = Arc::clone(&thing);
        let binder = thread::spawn(move || late.bind(&other));
        scope.close(CloseReason::Cancelled);
        let bound = binder.join().unwrap();
        assert_eq!(thing.ended(), usize::from(bound));
        assert!(scope.has_ended());
        assert!(!thing.bind(&scope));
    });
}

/// Invariant 3: finishing and being ended meet, and release once.
#[test]
fn a_bond_that_finishes_during_the_close_is_released_once() {
    loom::model(|| {
        let scope = root();
        let things = [Thing::new(), Thing::new()];
        for thing in &things {
            assert!(thing.bind(&scope));
        }
        let finished = Arc::clone(&things[0]);
        let finisher = thread::spawn(move || finished.guard.release());
        scope.close(CloseReason::Completed);
        finisher.join().unwrap();
        assert_eq!(things[1].ended(), 1);
        assert!(things[0].ended() <= 1);
        assert!(scope.has_ended());
    });
}

/// The owner is woken by the last release, whoever does it.
#[test]
fn an_owner_that_waits_for_the_end_is_woken() {
    loom::model(|| {
        let scope = root();
        let things = [Guarded::bind(&scope), Guarded::bind(&scope)];
        scope.close(CloseReason::Completed);
        let threads = things.map(|thing| thread::spawn(move || drop(thing)));
        block_on(std::future::poll_fn(|cx| scope.poll_ended(cx)));
        assert!(scope.has_ended());
        for thread in threads {
            thread.join().unwrap();
        }
    });
}

/// The owner is woken by a close from elsewhere.
#[test]
fn an_owner_that_waits_for_the_close_is_woken() {
    loom::model(|| {
        let scope = root();
        let other = Arc::clone(&scope);
        let closer = thread::spawn(move || other.close(CloseReason::Cancelled));
        let reason = block_on(std::future::poll_fn(|cx| scope.poll_closed(cx)));
        assert_eq!(reason, CloseReason::Cancelled);
        closer.join().unwrap();
    });
}

/// Watchers are woken by the close and by the end, and one that gives up takes
/// nobody else's place.
#[test]
fn a_watcher_is_woken_though_another_gives_up() {
    loom::model(|| {
        let scope = root();
        let thing = Guarded::bind(&scope);
        let other = Arc::clone(&scope);
        let closer = thread::spawn(move || {
            other.close(CloseReason::Cancelled);
            drop(thing);
        });
        let mut gives_up = Some(Box::pin(scope.watch(true)));
        let mut waits = Box::pin(scope.watch(true));
        let reason = block_on(std::future::poll_fn(|cx| {
            if let Some(first) = &mut gives_up {
                let _ = first.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            }
            let polled = waits.as_mut().poll(cx);
            drop(gives_up.take());
            polled
        }));
        assert_eq!(reason, CloseReason::Cancelled);
        closer.join().unwrap();
    });
}

/// Invariant 2 for children: one that opens while its parent closes is refused,
/// or closes with it, and the parent does not end before it.
#[test]
fn a_child_that_opens_during_the_close_ends_with_its_parent() {
    loom::model(|| {
        let parent = root();
        let other = Arc::clone(&parent);
        let opener = thread::spawn(move || open(Some(&other)));
        parent.close(CloseReason::DeadlineExceeded);
        // Kept: a child that is dropped gives up its place in any case.
        let child = opener.join().unwrap();
        if let Some(child) = &child {
            assert_eq!(child.reason(), Some(CloseReason::DeadlineExceeded));
            assert!(child.has_ended());
        }
        assert!(parent.has_ended());
    });
}

/// A child's own close meets its parent's.
#[test]
fn a_child_that_closes_with_its_parent_closes_once() {
    loom::model(|| {
        let parent = root();
        let child = open(Some(&parent)).expect("the parent is open");
        let thing = Thing::new();
        assert!(thing.bind(&child));
        let other = Arc::clone(&child);
        let closer = thread::spawn(move || other.close(CloseReason::Completed));
        parent.close(CloseReason::Cancelled);
        closer.join().unwrap();
        assert_eq!(thing.ended(), 1);
        assert!(child.has_ended());
        assert!(parent.has_ended());
    });
}

/// A revocation takes the value, or leaves word for whoever uses it: it is
/// dropped once, and never used afterwards.
#[test]
fn a_value_that_is_revoked_during_use_is_dropped_once() {
    struct Counted(Arc<AtomicUsize>);
    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
    loom::model(|| {
        let drops = Arc::new(AtomicUsize::new(0));
        let slot = Arc::new(Revocable::new(Counted(Arc::clone(&drops))));
        let other = Arc::clone(&slot);
        let revoker = thread::spawn(move || drop(other.revoke()));
        let used = slot.with(|value| value.0.load(Ordering::SeqCst));
        assert!(used.is_err() || used == Ok(0), "not used after its drop");
        revoker.join().unwrap();
        assert_eq!(drops.load(Ordering::SeqCst), 1);
        assert!(slot.with(|_| ()).is_err());
    });
}

/// Something bound that is not ended, but finishes when it is dropped.
struct Guarded {
    _guard: Guard,
    _end: Arc<Deaf>,
}

struct Deaf;

impl End for Deaf {
    fn end(&self, _: CloseReason) -> Ending {
        Ending::Done
    }
}

impl Guarded {
    fn bind(scope: &Arc<Lifecycle>) -> Self {
        let deaf = Arc::new(Deaf);
        let end: Weak<Deaf> = Arc::downgrade(&deaf);
        let guard = scope.bind(BondKind::Task, Location::caller(), end);
        Self {
            _guard: guard.ok().expect("the scope is open"),
            _end: deaf,
        }
    }
}
