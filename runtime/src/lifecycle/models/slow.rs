//! Closes that take time: cleanups, things that listen, and child scopes with
//! either.

use std::{
    panic::Location,
    pin::Pin,
    sync::{Arc, Weak},
    task::{Context, Poll, Waker},
};

use loom::{
    future::block_on,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use super::{Guarded, Thing, open, root};
use crate::lifecycle::{BondKind, CloseReason, Closing, End, Ending, Finish, GuardSlot, Lifecycle};
/// Sees the close through in the thread that closes.
struct AtOnce;

impl Finish for AtOnce {
    fn finish(&self, closing: Closing) {
        closing.insist();
        block_on(std::future::poll_fn(|cx| closing.poll_quiet(cx)));
        while let Some(mut cleanup) = closing.next_cleanup() {
            let mut cx = Context::from_waker(Waker::noop());
            assert!(cleanup.future.as_mut().poll(&mut cx).is_ready());
        }
    }
}

/// Keeps the close for the model to see it through.
#[derive(Default)]
struct Kept(Mutex<Option<Closing>>);

impl Finish for Kept {
    fn finish(&self, closing: Closing) {
        *self.0.lock().unwrap() = Some(closing);
    }
}

impl Kept {
    fn take(&self) -> Closing {
        let kept = self.0.lock().unwrap().take();
        kept.expect("the close takes time")
    }
}

/// Counts how often it ran, and how often it was dropped.
#[derive(Default)]
struct Count {
    ran: AtomicUsize,
    dropped: AtomicUsize,
}

struct Counted(Arc<Count>);

impl Future for Counted {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        self.0.ran.fetch_add(1, Ordering::SeqCst);
        Poll::Ready(())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.dropped.fetch_add(1, Ordering::SeqCst);
    }
}

fn defer(scope: &Arc<Lifecycle>, count: &Arc<Count>, finish: &Arc<dyn Finish>) -> bool {
    let cleanup = Box::pin(Counted(Arc::clone(count)));
    scope.defer(cleanup, Location::caller(), finish).is_ok()
}

/// Invariants 2 and 3 for cleanups: one that comes while the scope closes runs,
/// or is refused, and is dropped once.
#[test]
fn a_cleanup_that_meets_the_close_runs_or_is_refused() {
    loom::model(|| {
        let scope = root();
        let count = Arc::new(Count::default());
        let (other, counts) = (Arc::clone(&scope), Arc::clone(&count));
        let deferrer = thread::spawn(move || {
            let finish: Arc<dyn Finish> = Arc::new(AtOnce);
            defer(&other, &counts, &finish)
        });
        scope.close(CloseReason::Completed);
        let deferred = deferrer.join().unwrap();
        assert_eq!(count.ran.load(Ordering::SeqCst), usize::from(deferred));
        assert_eq!(count.dropped.load(Ordering::SeqCst), 1);
        assert!(scope.has_ended());
    });
}

/// A client of a scope, which must not end before a cleanup that could use it.
struct Carrier {
    guard: GuardSlot,
    cleaned: Arc<Count>,
    /// How many cleanups had run when it was ended.
    after: AtomicUsize,
}

impl End for Carrier {
    fn end(&self, _: CloseReason) -> Ending {
        let ran = self.cleaned.ran.load(Ordering::SeqCst);
        self.after.store(ran + 1, Ordering::SeqCst);
        self.guard.release();
        Ending::Done
    }
}

/// A child's cleanup can use its parent's clients, whoever closes whom.
#[test]
fn a_parent_keeps_its_clients_for_a_child_that_cleans_up() {
    loom::model(|| {
        let parent = root();
        let cleaned = Arc::new(Count::default());
        let carrier = Arc::new(Carrier {
            guard: GuardSlot::new(),
            cleaned: Arc::clone(&cleaned),
            after: AtomicUsize::new(0),
        });
        let end: Weak<Carrier> = Arc::downgrade(&carrier);
        let guard = parent.bind(BondKind::Client, Location::caller(), end);
        carrier.guard.hold(guard.ok().expect("the parent is open"));
        let child = open(Some(&parent)).expect("the parent is open");
        let counts = Arc::clone(&cleaned);
        let deferrer = thread::spawn(move || {
            let at_once: Arc<dyn Finish> = Arc::new(AtOnce);
            let deferred = defer(&child, &counts, &at_once);
            child.close(CloseReason::Completed);
            deferred
        });
        parent.close(CloseReason::Cancelled);
        let deferred = deferrer.join().unwrap();
        let after = carrier.after.load(Ordering::SeqCst);
        assert_eq!(after, 1 + usize::from(deferred), "ended, after the cleanup");
        assert!(parent.has_ended());
    });
}

/// Whoever sees a close through is woken by the last work that goes, and an owner
/// by the end of it.
#[test]
fn a_close_that_waits_for_work_is_woken() {
    loom::model(|| {
        let scope = root();
        let kept = Arc::new(Kept::default());
        let finish: Arc<dyn Finish> = Arc::<Kept>::clone(&kept);
        let count = Arc::new(Count::default());
        assert!(defer(&scope, &count, &finish));
        let works = [Guarded::bind(&scope), Guarded::bind(&scope)];
        scope.close(CloseReason::Completed);
        let closing = kept.take();
        let threads = works.map(|work| thread::spawn(move || drop(work)));
        block_on(std::future::poll_fn(|cx| closing.poll_quiet(cx)));
        for thread in threads {
            thread.join().unwrap();
        }
        assert!(!scope.has_ended(), "the cleanup is still to run");
        let closer = thread::spawn(move || drop(closing));
        block_on(std::future::poll_fn(|cx| scope.poll_ended(cx)));
        closer.join().unwrap();
        assert_eq!(count.dropped.load(Ordering::SeqCst), 1);
    });
}

/// Something that may listen: it is asked, and then ended, or ended at once.
struct Listener {
    thing: Arc<Thing>,
    listens: AtomicBool,
    asked: AtomicBool,
}

impl End for Listener {
    fn end(&self, reason: CloseReason) -> Ending {
        if self.listens.load(Ordering::Relaxed) {
            self.asked.store(true, Ordering::SeqCst);
            return Ending::Asked;
        }
        self.thing.end(reason)
    }

    fn insist(&self) {
        let _ = self.thing.end(CloseReason::Cancelled);
    }
}

/// Invariant 3 for what listens: it is ended once, though it begins to listen
/// while the scope closes.
#[test]
fn what_begins_to_listen_during_the_close_is_ended_once() {
    loom::model(|| {
        let scope = root();
        let listener = Arc::new(Listener {
            thing: Thing::new(),
            listens: AtomicBool::new(false),
            asked: AtomicBool::new(false),
        });
        let end: Weak<Listener> = Arc::downgrade(&listener);
        let guard = scope.bind(BondKind::Task, Location::caller(), end);
        let guard = guard.ok().expect("the scope is open");
        listener.thing.guard.hold(guard);
        let (other, listens) = (Arc::clone(&scope), Arc::clone(&listener));
        let thread = thread::spawn(move || {
            let finish: Arc<dyn Finish> = Arc::new(AtOnce);
            if other.allow_time(&finish).is_ok() {
                listens.listens.store(true, Ordering::Relaxed);
            }
        });
        scope.close(CloseReason::Completed);
        thread.join().unwrap();
        assert_eq!(listener.thing.ended(), 1);
        assert!(scope.has_ended());
    });
}

/// The panic of a task is the reason, whatever closes the scope: a close that
/// comes before it is not taken back.
#[test]
fn a_panic_that_meets_the_close_is_its_reason_or_comes_too_late() {
    loom::model(|| {
        let scope = root();
        let other = Arc::clone(&scope);
        let panicking = thread::spawn(move || {
            other.note_panic(crate::lifecycle::TaskPanic {
                message: "model".into(),
                place: Location::caller(),
            });
            other.close(CloseReason::Panicked);
        });
        let mine = scope.close(CloseReason::Completed);
        let seen = scope.reason();
        panicking.join().unwrap();
        assert_eq!(scope.reason(), seen, "invariant 1");
        let expected = if mine {
            CloseReason::Completed
        } else {
            CloseReason::Panicked
        };
        assert_eq!(seen, Some(expected));
        assert_eq!(scope.panic().is_some(), !mine);
    });
}
