//! Larger models of the core than loom can exhaust: trees of scopes, with threads
//! that do everything at once, in random orders that a seed repeats.
//!
//! Run by `RUSTFLAGS="--cfg shuttle" cargo test -p tonic-scope --lib
//! shuffled`.

use std::{
    panic::Location,
    sync::{Arc, Weak},
    task::{Context, Waker},
};

use shuttle::{
    future::block_on,
    rand::{Rng as _, thread_rng},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use super::{
    BondKind, CloseReason, Closing, End, Ending, Finish, GuardSlot, Lifecycle, Meta, Site,
};

const RUNS: usize = 10_000;

/// Something bound: ended at most once, released exactly once.
struct Thing {
    guard: GuardSlot,
    listens: bool,
    ended: AtomicUsize,
    finished: AtomicUsize,
}

impl End for Thing {
    fn end(&self, _: CloseReason) -> Ending {
        if self.listens {
            return Ending::Asked;
        }
        self.ended.fetch_add(1, Ordering::SeqCst);
        self.guard.release();
        Ending::Done
    }

    fn insist(&self) {
        self.finished.fetch_add(1, Ordering::SeqCst);
        self.guard.release();
    }
}

/// Sees closes through in threads of their own.
struct OnThread(Mutex<Vec<thread::JoinHandle<()>>>);

impl Finish for OnThread {
    fn finish(&self, closing: Closing) {
        let closer = thread::spawn(move || finish(&closing));
        self.0.lock().unwrap().push(closer);
    }
}

fn finish(closing: &Closing) {
    if thread_rng().gen_bool(0.5) {
        closing.insist();
    }
    if thread_rng().gen_bool(0.2) {
        // As in a runtime that shuts down.
        return;
    }
    closing.insist();
    block_on(std::future::poll_fn(|cx| closing.poll_quiet(cx)));
    while let Some(mut cleanup) = closing.next_cleanup() {
        let mut cx = Context::from_waker(Waker::noop());
        assert!(cleanup.future.as_mut().poll(&mut cx).is_ready());
    }
}

/// A tree of scopes, and what its threads have bound.
struct World {
    scopes: Mutex<Vec<Arc<Lifecycle>>>,
    things: Mutex<Vec<Arc<Thing>>>,
    closers: Arc<OnThread>,
    deferred: AtomicUsize,
    cleaned: Arc<AtomicUsize>,
}

impl World {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            scopes: Mutex::new(vec![Lifecycle::root(
                Meta::unlimited(Site::new("test")),
                None,
            )]),
            things: Mutex::new(Vec::new()),
            closers: Arc::new(OnThread(Mutex::new(Vec::new()))),
            deferred: AtomicUsize::new(0),
            cleaned: Arc::new(AtomicUsize::new(0)),
        })
    }

    fn any_scope(&self) -> Arc<Lifecycle> {
        let scopes = self.scopes.lock().unwrap();
        Arc::clone(&scopes[thread_rng().gen_range(0..scopes.len())])
    }

    fn finish(&self) -> Arc<dyn Finish> {
        Arc::<OnThread>::clone(&self.closers)
    }

    /// Does one of the things that can be done to a scope.
    fn act(&self) {
        let scope = self.any_scope();
        match thread_rng().gen_range(0..6) {
            0 => {
                if let Ok(child) =
                    Lifecycle::open(Meta::unlimited(Site::new("test")), None, Some(&scope))
                {
                    self.scopes.lock().unwrap().push(child);
                }
            }
            1 => self.bind(&scope, false),
            2 => {
                let listens = scope.allow_time(&self.finish()).is_ok();
                self.bind(&scope, listens);
            }
            3 => self.defer(&scope),
            4 => {
                let thing = self.things.lock().unwrap().pop();
                if let Some(thing) = thing {
                    thing.guard.release();
                }
            }
            _ => drop(scope.close(CloseReason::Cancelled)),
        }
    }

    fn bind(&self, scope: &Arc<Lifecycle>, listens: bool) {
        let thing = Arc::new(Thing {
            guard: GuardSlot::new(),
            listens,
            ended: AtomicUsize::new(0),
            finished: AtomicUsize::new(0),
        });
        let kinds = [BondKind::Call, BondKind::Task, BondKind::Client];
        let kind = if listens {
            BondKind::Task
        } else {
            kinds[thread_rng().gen_range(0..kinds.len())]
        };
        let end: Weak<Thing> = Arc::downgrade(&thing);
        if let Ok(guard) = scope.bind(kind, Location::caller(), end) {
            thing.guard.hold(guard);
            self.things.lock().unwrap().push(thing);
        }
    }

    fn defer(&self, scope: &Arc<Lifecycle>) {
        let ran = Arc::clone(&self.cleaned);
        let cleanup = Gone(ran);
        let deferred = scope.defer(
            Box::pin(async move { drop(cleanup) }),
            Location::caller(),
            &self.finish(),
        );
        // A refused one is gone as well.
        let _ = deferred;
        self.deferred.fetch_add(1, Ordering::SeqCst);
    }
}

/// Counts its drop.
struct Gone(Arc<AtomicUsize>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// Invariants 1 to 3 in a tree: when the root has ended, so has all within,
/// nothing is bound any more, each thing was ended at most once, and each cleanup
/// is gone.
#[test]
fn a_tree_ends_whole_whatever_its_threads_do() {
    shuttle::check_random(
        || {
            let world = World::new();
            let root = Arc::clone(&world.scopes.lock().unwrap()[0]);
            let threads: Vec<_> = (0..3)
                .map(|_| {
                    let world = Arc::clone(&world);
                    thread::spawn(move || (0..5).for_each(|_| world.act()))
                })
                .collect();
            for thread in threads {
                thread.join().unwrap();
            }
            root.close(CloseReason::Completed);
            let reason = root.reason();
            block_on(std::future::poll_fn(|cx| root.poll_ended(cx)));
            loop {
                let closer = world.closers.0.lock().unwrap().pop();
                let Some(closer) = closer else { break };
                closer.join().unwrap();
            }
            assert_eq!(root.reason(), reason);
            for scope in world.scopes.lock().unwrap().iter() {
                assert!(scope.has_ended());
            }
            for thing in world.things.lock().unwrap().iter() {
                assert!(thing.ended.load(Ordering::SeqCst) <= 1);
            }
            assert_eq!(
                world.cleaned.load(Ordering::SeqCst),
                world.deferred.load(Ordering::SeqCst)
            );
        },
        RUNS,
    );
}

/// Many owners and watchers wait for the end of one scope while threads release
/// what is bound: all of them are woken.
#[test]
fn everybody_who_waits_for_the_end_is_woken() {
    shuttle::check_random(
        || {
            let world = World::new();
            let root = Arc::clone(&world.scopes.lock().unwrap()[0]);
            for listens in [true, false, true, false] {
                let listens = listens && root.allow_time(&world.finish()).is_ok();
                world.bind(&root, listens);
            }
            let watchers: Vec<_> = (0..3)
                .map(|n| {
                    let root = Arc::clone(&root);
                    thread::spawn(move || block_on(root.watch(n % 2 == 0)))
                })
                .collect();
            let actors: Vec<_> = (0..2)
                .map(|_| {
                    let world = Arc::clone(&world);
                    thread::spawn(move || {
                        let things = world.things.lock().unwrap().pop();
                        things.into_iter().for_each(|thing| thing.guard.release());
                    })
                })
                .collect();
            root.close(CloseReason::Idle);
            block_on(std::future::poll_fn(|cx| root.poll_ended(cx)));
            for watcher in watchers {
                assert_eq!(watcher.join().unwrap(), CloseReason::Idle);
            }
            for actor in actors {
                actor.join().unwrap();
            }
        },
        RUNS,
    );
}
