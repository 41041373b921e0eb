//! The state machine of one scope.

use std::{
    fmt, mem,
    panic::Location,
    sync::{Arc, Weak},
    task::Waker,
};

use slab::Slab;

use super::{
    BondKind, CloseReason, End, Ending, Guard, InFlight, Meta, Site,
    bond::Bond,
    registry::{self, Entry},
    state::{Detail, InParent, Stage, State},
    sync::{AtomicU8, Mutex, MutexGuard, Ordering, lock},
    told,
};
use crate::deadline::{Deadline, LimitSource, Progress};

/// One scope, from open to ended.
///
/// ## `Open => Closing => Ended`
///
/// *Open* takes new bonds. *Closing* refuses them and waits for those it has; it
/// goes through the [`Stage`]s. *Ended* has none left: it has left the registry
/// and its parent.
pub(crate) struct Lifecycle {
    meta: Meta,
    /// What set the deadline; `None` without one. Here and not in `meta`, where
    /// it would take eight bytes.
    pub(super) limit: Option<LimitSource>,
    progress: Progress,
    pub(super) parent: Option<Arc<Lifecycle>>,
    /// The scope of a cleanup of its parent, which is closed.
    pub(super) cleanup: bool,
    /// Mirrors the state for readers that need no lock: 0 while open, from the
    /// close on the reason's number plus one, and `ENDED` with it from the end on.
    /// Written under the lock, once for each.
    mark: AtomicU8,
    state: Mutex<State>,
}

/// Nothing is bound to the scope any more.
const ENDED: u8 = 0x80;

/// The scope is closed and takes no more bonds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Closed(pub(crate) CloseReason);

impl Lifecycle {
    /// Opens a scope inside `parent`, if there is one.
    ///
    /// The deadline must already be no later than the parent's (invariant 4).
    ///
    /// # Errors
    ///
    /// The parent is closed (invariant 2).
    #[inline]
    pub(crate) fn open(
        meta: Meta,
        limit: Option<LimitSource>,
        parent: Option<&Arc<Self>>,
    ) -> Result<Arc<Self>, Closed> {
        debug_assert!(
            (parent.and_then(|parent| parent.meta.deadline))
                .is_none_or(|theirs| meta.deadline.is_some_and(|ours| ours <= theirs)),
            "invariant 4"
        );
        let scope = Self::new(meta, limit, parent.cloned(), false);
        match parent {
            Some(parent) => scope.join(parent, BondKind::Child)?,
            None => scope.join_roots()?,
        }
        Ok(scope)
    }

    /// Opens the scope of a cleanup of `closed`, which its deadline may exceed:
    /// the one exception to invariants 2 and 4.
    ///
    /// # Errors
    ///
    /// The close of that scope is not at its cleanups.
    pub(crate) fn open_cleanup(meta: Meta, closed: &Arc<Self>) -> Result<Arc<Self>, Closed> {
        let limit = Some(LimitSource::Timeout);
        let scope = Self::new(meta, limit, Some(Arc::clone(closed)), true);
        scope.join(closed, BondKind::Cleanup)?;
        Ok(scope)
    }

    /// Opens a scope outside any. It is closed if the process is shutting down.
    pub(crate) fn root(meta: Meta, limit: Option<LimitSource>) -> Arc<Self> {
        let root = Self::new(meta, limit, None, false);
        let _closed_or_not = root.join_roots();
        root
    }

    /// Opens one that is nobody's scope, and so not among the live ones: it only
    /// holds things together.
    #[track_caller]
    pub(crate) fn unlisted(name: &'static str) -> Arc<Self> {
        let scope = Self::root(Meta::unlimited(Site::new(name)), None);
        let entry = lock(&scope.state).in_registry.take();
        drop(entry);
        scope
    }

    // Inlined, as what leads here: so a scope is written where it is to lie, and not
    // copied on the way.
    #[inline]
    fn new(
        meta: Meta,
        limit: Option<LimitSource>,
        parent: Option<Arc<Self>>,
        cleanup: bool,
    ) -> Arc<Self> {
        Arc::new_cyclic(|this: &Weak<Self>| Self {
            meta,
            limit,
            progress: Progress::default(),
            parent,
            cleanup,
            mark: AtomicU8::new(0),
            state: Mutex::new(State::open(Entry::new(this.clone()))),
        })
    }

    pub(crate) fn meta(&self) -> &Meta {
        &self.meta
    }

    /// A message of one of the scope's streams has gone out or come in.
    pub(crate) fn moved(&self) {
        if self.meta.idle.is_some() {
            self.progress.record(self.meta.opened);
        }
    }

    /// When the scope's streams will have stood still for its `idle` limit, if
    /// it has one.
    pub(crate) fn still_until(&self) -> Option<Deadline> {
        let idle = self.meta.idle?;
        Some(self.progress.still_until(self.meta.opened, idle.into()))
    }

    /// Why the scope closed; `None` while it is open.
    pub(crate) fn reason(&self) -> Option<CloseReason> {
        // Acquire: whoever sees the close also sees what its closer did first,
        // such as the state of a call that is being ended.
        match self.mark.load(Ordering::Acquire) & !ENDED {
            0 => None,
            n => Some(CloseReason::ALL[usize::from(n) - 1]),
        }
    }

    /// Whether the scope has no use for bonds of a kind any more, ordered against
    /// its close: if this says no, that close finds whatever this thread did
    /// before.
    pub(crate) fn is_past(&self, kind: BondKind) -> bool {
        let state = lock(&self.state);
        state.reason.is_some() && !state.still_takes(kind)
    }

    /// Whether the scope is closed and nothing is bound to it any more.
    pub(crate) fn has_ended(&self) -> bool {
        // Acquire: what the last of its bonds did before it was released is seen.
        self.mark.load(Ordering::Acquire) & ENDED != 0
    }

    /// Ties something to this scope.
    ///
    /// # Errors
    ///
    /// The scope is closed (invariant 2): the caller ends the thing itself.
    pub(crate) fn bind(
        self: &Arc<Self>,
        kind: BondKind,
        place: &'static Location<'static>,
        end: Weak<dyn End>,
    ) -> Result<Guard, Closed> {
        let key = self.enlist(kind, place, end)?;
        Ok(Guard::new(Arc::clone(self), key))
    }

    /// The same, for a child, which holds on to its parent anyway: whoever has the
    /// key releases it.
    fn enlist(
        &self,
        kind: BondKind,
        place: &'static Location<'static>,
        end: Weak<dyn End>,
    ) -> Result<usize, Closed> {
        let mut state = lock(&self.state);
        if let Some(reason) = state.reason
            && !state.still_takes(kind)
        {
            drop(state);
            self.came_late(kind, place);
            return Err(Closed(reason));
        }
        Ok(state.bonds.insert(Bond { kind, place, end }))
    }

    /// Counts and tells what came too late (invariant 2). What a connection still
    /// spawns while it is being ended is nobody's doing.
    pub(crate) fn came_late(&self, kind: BondKind, place: &Location<'_>) {
        if kind != BondKind::Connection {
            registry::count_late();
            told::late(self, kind, place);
        }
    }

    /// Why the scope closes if its owner is dropped: where a scope around it has
    /// closed, that is what dropped it.
    pub(crate) fn reason_if_dropped(&self) -> CloseReason {
        let parent = self.parent.as_ref().and_then(|parent| parent.reason());
        parent.map_or(CloseReason::OwnerDropped, CloseReason::inherited)
    }

    /// Closes the scope and ends all that is bound to it, as far as that is
    /// possible without waiting; [`poll_ended`](Self::poll_ended) waits for
    /// the rest. `true` tells that the scope is now closed for this very reason:
    /// the first close counts, and before it the panic of a task.
    ///
    /// What ends may run drops of the user's. If one panics, the rest is ended
    /// all the same, and the panic goes on from here.
    pub(crate) fn close(&self, reason: CloseReason) -> bool {
        if self.reason().is_some() {
            return false;
        }
        // Looked for before it is ended.
        let in_flight = reason.is_limit().then(|| self.in_flight()).flatten();
        let sealed = self.seal_during(reason, in_flight);
        if let Some(sealed) = &sealed {
            told::end(self, sealed.reason);
        }
        if sealed.as_ref().is_some_and(|sealed| !sealed.over) {
            self.end_bonds();
        }
        sealed.is_some_and(|sealed| sealed.reason == reason)
    }

    /// Closes the scope, but lets what is bound to it finish.
    pub(crate) fn seal(&self, reason: CloseReason) {
        self.seal_during(reason, None);
    }

    /// `None` unless this was the first close.
    fn seal_during(&self, reason: CloseReason, in_flight: Option<InFlight>) -> Option<Sealed> {
        let in_flight = in_flight.map(|it| Box::new(Detail::InFlight(it)));
        let mut state = lock(&self.state);
        if state.reason.is_some() {
            return None;
        }
        let reason = match (state.detail.as_deref(), reason) {
            (Some(Detail::Panic(_)), _) => CloseReason::Panicked,
            (Some(Detail::InFlight(_)), CloseReason::Failed) => CloseReason::DeadlineExceeded,
            _ => reason,
        };
        state.reason = Some(reason);
        if state.detail.is_none() {
            state.detail = in_flight;
        }
        self.mark.store(reason as u8 + 1, Ordering::Release);
        let nothing_left = state.bonds.is_empty();
        let over = nothing_left && state.slow.is_none();
        if over {
            state.stage = Stage::Over;
        }
        if nothing_left {
            self.leave(state);
        } else {
            let owner = state.owner.take();
            let watchers = state.watchers.take();
            drop(state);
            wake(owner, watchers);
        }
        Some(Sealed { reason, over })
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Whether the scope is overdue, asked for the first time.
    pub(crate) fn becomes_overdue(&self) -> bool {
        let mut state = lock(&self.state);
        !state.has_ended() && !mem::replace(&mut state.overdue, true)
    }

    pub(super) fn release(&self, key: usize) {
        let mut state = lock(&self.state);
        let bond = state.bonds.try_remove(key);
        let quiet = match &bond {
            Some(bond) if bond.kind.is_work() => state.work_gone(),
            _ => None,
        };
        // In the same step, so that whoever sees it empty sees it ended.
        if state.has_ended() {
            self.leave(state);
        } else {
            drop(state);
        }
        drop(bond);
        quiet.into_iter().for_each(Waker::wake);
    }

    /// Closes this if the process is shutting down.
    fn join_roots(&self) -> Result<(), Closed> {
        // Looked at after the scope is in the registry: a shutdown that this
        // does not see finds the scope there.
        if registry::refuses_roots() {
            self.close(CloseReason::Shutdown);
        }
        self.reason().map_or(Ok(()), |reason| Err(Closed(reason)))
    }

    /// Closes this if its parent is closed.
    fn join(self: &Arc<Self>, parent: &Self, kind: BondKind) -> Result<(), Closed> {
        let this: Weak<Self> = Arc::downgrade(self);
        let joined = parent.enlist(kind, self.meta.site.location(), this);
        let key = joined.inspect_err(|closed| {
            self.close(closed.0.inherited());
        })?;
        let mut state = lock(&self.state);
        if state.has_ended() {
            // The parent closed at this moment, and this scope with it.
            drop(state);
            self.leave_parent(key);
        } else {
            state.in_parent = InParent::at(key);
        }
        Ok(())
    }

    fn leave_parent(&self, key: usize) {
        if let Some(parent) = &self.parent {
            parent.release(key);
        }
    }

    /// ## `Closing => Ended`
    ///
    /// Reached once by taking the entries: whoever takes them gives them up.
    fn leave(&self, mut state: MutexGuard<'_, State>) {
        if let Some(reason) = state.reason {
            self.mark
                .store(ENDED | (reason as u8 + 1), Ordering::Release);
        }
        let in_registry = state.in_registry.take().zip(state.reason);
        let in_parent = state.in_parent.take();
        let owner = state.owner.take();
        let watchers = state.watchers.take();
        drop(state);

        if let Some((entry, reason)) = in_registry {
            entry.leave(reason);
        }
        if let Some(key) = in_parent {
            self.leave_parent(key);
        }
        wake(owner, watchers);
    }
}

/// The first close of a scope.
struct Sealed {
    /// As which it counts.
    reason: CloseReason,
    /// There was nothing to end.
    over: bool,
}

fn wake(owner: Option<Waker>, watchers: Option<Box<Slab<Waker>>>) {
    if let Some(owner) = owner {
        owner.wake();
    }
    if let Some(watchers) = watchers {
        for (_, watcher) in *watchers {
            watcher.wake();
        }
    }
}

/// A parent ends its child. A child whose close takes time has said so before.
impl End for Lifecycle {
    fn end(&self, reason: CloseReason) -> Ending {
        self.close(reason.inherited());
        Ending::Done
    }

    /// The first there is: of the scope itself before its children.
    fn in_flight(&self) -> Option<InFlight> {
        [BondKind::Call, BondKind::Client, BondKind::Child]
            .into_iter()
            .find_map(|kind| {
                let mut from = 0;
                while let Some((next, end)) = self.next_bond(kind, from) {
                    from = next;
                    let found = end.upgrade().and_then(|end| end.in_flight());
                    if found.is_some() {
                        return found;
                    }
                }
                None
            })
    }
}

impl fmt::Debug for Lifecycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lifecycle")
            .field("meta", &self.meta)
            .field("reason", &self.reason())
            .finish_non_exhaustive()
    }
}
