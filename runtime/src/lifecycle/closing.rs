//! The part of a close that takes time.
//!
//! Most scopes have none: a close ends everything on the spot. A scope that has
//! cleanups, tasks that listen for its end, or child scopes with either, is
//! *slow*: its clients and connections stay until those are through.

use std::{
    any::Any,
    mem,
    panic::{self, AssertUnwindSafe, Location},
    pin::Pin,
    sync::{Arc, Weak},
    task::{Context, Poll, Waker},
    time::Duration,
};

use super::{
    BondKind, CloseReason, End, Ending, Guard, Lifecycle,
    scope::Closed,
    state::{Stage, State},
};
use crate::deadline::Deadline;

/// Whoever sees the close of a slow scope through.
pub(crate) trait Finish: Send + Sync {
    /// Takes the close over. Called without any lock held; must not wait.
    fn finish(&self, closing: Closing);
}

/// What only slow scopes have.
pub(super) struct Slow {
    this: Weak<Lifecycle>,
    finish: Arc<dyn Finish>,
    /// The oldest first.
    cleanups: Vec<Cleanup>,
    /// How many child scopes are slow, and how long their closes may take.
    children: usize,
    below: Duration,
    /// The parent has counted this scope among its slow children.
    counted: bool,
    /// How many calls, streams, tasks and children are left, from the moment on
    /// at which they were told to end; and who waits for them.
    pub(super) work: usize,
    pub(super) waker: Option<Waker>,
}

/// A future that the close of its scope runs.
pub(crate) struct Cleanup {
    pub(crate) future: Pin<Box<dyn Future<Output = ()> + Send>>,
    /// Where it was deferred.
    pub(crate) place: &'static Location<'static>,
    // Dropped after the future.
    pub(crate) guard: Guard,
}

/// How often a slow close may take the scope's grace: for tasks that listen,
/// for those that were aborted, for cleanups, and for connections.
const GRACES: u32 = 4;

impl Lifecycle {
    /// Lets the close of this scope take time, and with it those of all scopes
    /// around it.
    ///
    /// The outer ones come first: one that has not been told by the time at
    /// which it decides has closed this one before.
    ///
    /// # Errors
    ///
    /// The scope is closed.
    pub(crate) fn allow_time(self: &Arc<Self>, finish: &Arc<dyn Finish>) -> Result<(), Closed> {
        self.become_slow(finish, Duration::ZERO);
        self.state()
            .reason
            .map_or(Ok(()), |reason| Err(Closed(reason)))
    }

    /// Takes on a future for the close to run, in the reverse order.
    ///
    /// # Errors
    ///
    /// The scope is closed (invariant 2); the future is dropped.
    pub(crate) fn defer(
        self: &Arc<Self>,
        future: Pin<Box<dyn Future<Output = ()> + Send>>,
        place: &'static Location<'static>,
        finish: &Arc<dyn Finish>,
    ) -> Result<(), Closed> {
        self.allow_time(finish)?;
        let guard = self.bind(BondKind::Cleanup, place, Weak::<Nobody>::new())?;
        let cleanup = Cleanup {
            future,
            place,
            guard,
        };
        let mut state = self.state();
        match (state.reason, &mut state.slow) {
            (None, Some(slow)) => {
                slow.cleanups.push(cleanup);
                Ok(())
            }
            (reason, _) => {
                drop(state);
                drop(cleanup);
                Err(Closed(reason.unwrap_or(CloseReason::Cancelled)))
            }
        }
    }

    /// Ends what is bound to a sealed scope, in close order, as far as that is
    /// possible without waiting. The list of work only shrinks from the seal on
    /// (invariant 2), so one pass for each kind meets everything.
    ///
    /// What ends may run drops of the user's. If one panics, the rest is ended
    /// all the same, and the panic goes on from here.
    pub(crate) fn end_bonds(&self) {
        if !self.begin() {
            return;
        }
        let mut pass = Pass::default();
        pass.over(self, &BondKind::WORK);
        if let Some((finish, closing)) = self.take_time(pass.asked) {
            finish.finish(closing);
        } else {
            self.end_carriers(&mut pass);
        }
        if let Some(payload) = pass.panicked {
            panic::resume_unwind(payload);
        }
    }

    /// How long an owner waits for the end of its closed scope.
    pub(crate) fn patience(&self) -> Duration {
        let grace = Duration::from(self.meta().grace);
        match &self.state().slow {
            Some(slow) => slow.below.saturating_add(grace.saturating_mul(GRACES)),
            None => grace,
        }
    }

    fn become_slow(self: &Arc<Self>, finish: &Arc<dyn Finish>, below: Duration) -> bool {
        let grace = Duration::from(self.meta().grace);
        let mine = below.saturating_add(grace.saturating_mul(GRACES));
        let mut state = self.state();
        if let Some(slow) = &mut state.slow {
            if slow.below < below {
                slow.below = below;
                drop(state);
                if let Some(parent) = self.parent() {
                    parent.become_slow(finish, mine);
                }
            }
            return true;
        }
        drop(state);
        let counted = self
            .parent()
            .is_some_and(|parent| parent.adopt(finish, mine));
        let mut state = self.state();
        if state.slow.is_none() && state.stage != Stage::Over {
            state.slow = Some(Box::new(Slow {
                this: Arc::downgrade(self),
                finish: Arc::clone(finish),
                cleanups: Vec::new(),
                children: 0,
                below,
                counted,
                work: 0,
                waker: None,
            }));
            return true;
        }
        // Another thread was faster, or the close.
        let slow = state.slow.is_some();
        drop(state);
        if counted {
            self.parent().into_iter().for_each(|parent| parent.disown());
        }
        slow
    }

    fn adopt(self: &Arc<Self>, finish: &Arc<dyn Finish>, below: Duration) -> bool {
        self.become_slow(finish, below);
        let mut state = self.state();
        let Some(slow) = &mut state.slow else {
            return false;
        };
        slow.children += 1;
        true
    }

    fn disown(&self) {
        if let Some(slow) = &mut self.state().slow {
            slow.children -= 1;
        }
    }

    /// Decides whether the rest of the close takes time, once all work has been
    /// told to end.
    fn take_time(&self, asked: bool) -> Option<(Arc<dyn Finish>, Closing)> {
        let mut state = self.state();
        state.slow.as_ref()?;
        let work = state.count(BondKind::is_work);
        let slow = state.slow.as_mut()?;
        if !asked && slow.cleanups.is_empty() && slow.children == 0 {
            return None;
        }
        let scope = slow.this.upgrade()?;
        slow.work = work;
        let finish = Arc::clone(&slow.finish);
        state.stage = Stage::Serving;
        drop(state);
        Some((finish, Closing { scope }))
    }

    /// The last step: nothing needs the carriers any more.
    fn end_carriers(&self, pass: &mut Pass) {
        let mut state = self.state();
        state.stage = Stage::Over;
        let slow = state.slow.take();
        drop(state);
        pass.over(self, &BondKind::CARRIERS);
        if let (Some(parent), Some(Slow { counted: true, .. })) = (self.parent(), slow.as_deref()) {
            parent.disown();
        }
        drop(slow);
    }

    /// Begins to end what is bound, once, and only if there is anything.
    fn begin(&self) -> bool {
        let mut state = self.state();
        if state.reason.is_none() || state.stage != Stage::Left {
            return false;
        }
        let nothing = state.bonds.is_empty() && state.slow.is_none();
        state.stage = if nothing { Stage::Over } else { Stage::Ending };
        !nothing
    }

    pub(super) fn next_bond(&self, kind: BondKind, from: usize) -> Option<(usize, Weak<dyn End>)> {
        self.state().next(kind, from)
    }
}

/// One pass over the bonds of a closed scope.
#[derive(Default)]
struct Pass {
    asked: bool,
    panicked: Option<Box<dyn Any + Send>>,
}

impl Pass {
    fn over(&mut self, scope: &Lifecycle, kinds: &[BondKind]) {
        let Some(reason) = scope.reason() else {
            return;
        };
        self.each(scope, kinds, |end| end.end(reason));
    }

    fn each(&mut self, scope: &Lifecycle, kinds: &[BondKind], end: impl Fn(&dyn End) -> Ending) {
        for &kind in kinds {
            let mut from = 0;
            while let Some((next, bond)) = scope.next_bond(kind, from) {
                from = next;
                // A bond whose thing is being dropped right now releases itself.
                if let Some(bond) = bond.upgrade() {
                    match panic::catch_unwind(AssertUnwindSafe(|| end(&*bond))) {
                        Ok(ending) => self.asked |= ending == Ending::Asked,
                        Err(payload) => self.panicked = self.panicked.take().or(Some(payload)),
                    }
                }
            }
        }
    }
}

/// The close of a slow scope, from the moment on at which all its work has been
/// told to end.
///
/// Dropped, wherever that is, it does what is left at once: the close cannot
/// get lost.
#[must_use = "dropping it ends the close at once, without its cleanups"]
pub(crate) struct Closing {
    scope: Arc<Lifecycle>,
}

impl Closing {
    pub(crate) fn scope(&self) -> &Arc<Lifecycle> {
        &self.scope
    }

    /// Waits until no call, stream, task or child scope is left.
    pub(crate) fn poll_quiet(&self, cx: &mut Context<'_>) -> Poll<()> {
        // Cloned with the lock free (invariant 6).
        let waker = cx.waker().clone();
        let mut state = self.scope.state();
        let Some(slow) = state.slow.as_mut().filter(|slow| slow.work > 0) else {
            drop(state);
            return Poll::Ready(());
        };
        let old = slow.waker.replace(waker);
        drop(state);
        drop(old);
        Poll::Pending
    }

    /// How long the closes of child scopes may take.
    pub(crate) fn below(&self) -> Duration {
        let state = self.scope.state();
        state
            .slow
            .as_ref()
            .map_or(Duration::ZERO, |slow| slow.below)
    }

    /// Ends the tasks that were asked and are still there.
    pub(crate) fn insist(&self) {
        Pass::default().each(&self.scope, &[BondKind::Task], |end| {
            end.insist();
            Ending::Done
        });
    }

    /// The next cleanup to run: the newest.
    pub(crate) fn next_cleanup(&self) -> Option<Cleanup> {
        self.scope.state().slow.as_mut()?.cleanups.pop()
    }

    /// When a cleanup within which this close takes place has to be through.
    pub(crate) fn outer_budget(&self) -> Option<Deadline> {
        self.scope.enclosing_cleanup()?.meta().deadline
    }
}

/// A panic of something that is dropped here has nobody to go to; the panic hook
/// has told of it.
impl Drop for Closing {
    fn drop(&mut self) {
        self.insist();
        while let Some(cleanup) = self.next_cleanup() {
            let _ = panic::catch_unwind(AssertUnwindSafe(|| drop(cleanup)));
        }
        self.scope.end_carriers(&mut Pass::default());
    }
}

impl State {
    /// Notes that work is gone, and tells who waits for the last of it.
    pub(super) fn work_gone(&mut self) -> Option<Waker> {
        if self.stage != Stage::Serving {
            return None;
        }
        let slow = self.slow.as_mut()?;
        slow.work -= 1;
        if slow.work == 0 {
            mem::take(&mut slow.waker)
        } else {
            None
        }
    }
}

/// The far end of a cleanup's bond: a close runs cleanups and ends none.
struct Nobody;

impl End for Nobody {
    fn end(&self, _: CloseReason) -> Ending {
        Ending::Done
    }
}
