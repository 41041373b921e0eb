//! The state machine of one scope.

use std::{
    fmt, mem,
    panic::{self, AssertUnwindSafe, Location},
    sync::{Arc, Weak},
    task::{Context, Poll, Waker},
};

use slab::Slab;
use tokio::time::Instant;

use super::{
    BondKind, CloseReason, End, Guard, InFlight, Site,
    bond::Bond,
    registry::Entry,
    sync::{AtomicU8, Mutex, MutexGuard, Ordering, lock},
    watch::Watch,
};
use crate::deadline::{Brief, Deadline, LimitSource, Progress};

/// What is known of a scope from its beginning.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meta {
    pub(crate) site: Site,
    pub(crate) opened: Instant,
    pub(crate) deadline: Option<Deadline>,
    pub(crate) call_timeout: Option<Brief>,
    pub(crate) idle: Option<Brief>,
    pub(crate) reserve: Option<Brief>,
    pub(crate) grace: Brief,
}

#[cfg(test)]
impl Meta {
    /// Of a scope in a test: without limits.
    pub(super) fn unlimited() -> Self {
        Self {
            site: Site::new("test"),
            opened: Instant::now(),
            deadline: None,
            call_timeout: None,
            idle: None,
            reserve: None,
            grace: std::time::Duration::ZERO.into(),
        }
    }
}

/// One scope, from open to ended.
///
/// ## `Open => Closing => Ended`
///
/// *Open* takes new bonds. *Closing* refuses them and waits for those it has.
/// *Ended* has none left: it has left the registry and its parent.
pub(crate) struct Lifecycle {
    meta: Meta,
    /// What set the deadline; `None` without one. Here and not in `meta`, where
    /// it would take eight bytes.
    limit: Option<LimitSource>,
    progress: Progress,
    parent: Option<Arc<Lifecycle>>,
    /// Mirrors `State::reason` for readers that need no lock: 0 while open,
    /// else the reason's number plus one. Written once, under the lock.
    reason: AtomicU8,
    state: Mutex<State>,
}

pub(super) struct State {
    /// `Some` from the close on (invariant 1).
    pub(super) reason: Option<CloseReason>,
    bonds: Slab<Bond>,
    /// The owner: told of the close, and of the end.
    owner: Option<Waker>,
    /// Whoever else waits for the close or for the end.
    /// Boxed because few scopes are watched, and all of them are counted in bytes.
    pub(super) watchers: Option<Box<Slab<Waker>>>,
    /// This scope's places in its parent and in the registry, given up when it
    /// ends.
    in_parent: Option<Guard>,
    in_registry: Option<Entry>,
    /// What was under way when a limit closed the scope.
    in_flight: Option<Box<InFlight>>,
    /// What was left when the grace was over has been reported.
    overdue: bool,
}

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
    pub(crate) fn open(
        meta: Meta,
        limit: Option<LimitSource>,
        parent: Option<&Arc<Self>>,
    ) -> Result<Arc<Self>, Closed> {
        let Some(parent) = parent else {
            return Ok(Self::root(meta, limit));
        };
        debug_assert!(
            (parent.meta.deadline)
                .is_none_or(|theirs| meta.deadline.is_some_and(|ours| ours <= theirs)),
            "invariant 4"
        );
        let scope = Self::new(meta, limit, Some(Arc::clone(parent)));
        let weak: Weak<Self> = Arc::downgrade(&scope);
        match parent.bind(BondKind::Child, meta.site.location(), weak) {
            Ok(guard) => scope.join_parent(guard),
            Err(closed) => {
                scope.close(closed.0.inherited());
                return Err(closed);
            }
        }
        Ok(scope)
    }

    /// Opens a scope outside any.
    pub(crate) fn root(meta: Meta, limit: Option<LimitSource>) -> Arc<Self> {
        Self::new(meta, limit, None)
    }

    fn new(meta: Meta, limit: Option<LimitSource>, parent: Option<Arc<Self>>) -> Arc<Self> {
        Arc::new_cyclic(|this: &Weak<Self>| Self {
            meta,
            limit,
            progress: Progress::default(),
            parent,
            reason: AtomicU8::new(0),
            state: Mutex::new(State {
                reason: None,
                bonds: Slab::new(),
                owner: None,
                watchers: None,
                in_parent: None,
                in_registry: Some(Entry::new(this.clone())),
                in_flight: None,
                overdue: false,
            }),
        })
    }

    pub(crate) fn meta(&self) -> &Meta {
        &self.meta
    }

    /// What set the deadline, and where: of a deadline that was inherited, the
    /// scope that it came from.
    pub(crate) fn limit(&self) -> Option<(LimitSource, Site)> {
        let source = self.limit?;
        let mut origin = self;
        while let (Some(LimitSource::Parent), Some(parent)) = (origin.limit, &origin.parent) {
            origin = parent;
        }
        Some((source, origin.meta.site))
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
        match self.reason.load(Ordering::Acquire) {
            0 => None,
            n => Some(CloseReason::ALL[usize::from(n) - 1]),
        }
    }

    /// Whether the scope is closed, ordered against [`close`](Self::close): if
    /// this says no, that close finds whatever this thread did before.
    pub(crate) fn is_closed(&self) -> bool {
        lock(&self.state).reason.is_some()
    }

    /// Whether the scope is closed and nothing is bound to it any more.
    pub(crate) fn has_ended(&self) -> bool {
        lock(&self.state).has_ended()
    }

    /// Whether `self` is `other` or one of its ancestors: whether the end of
    /// `self` ends `other`.
    pub(crate) fn contains(&self, other: &Self) -> bool {
        let mut scope = Some(other);
        while let Some(s) = scope {
            if std::ptr::eq(self, s) {
                return true;
            }
            scope = s.parent.as_deref();
        }
        false
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
        let mut state = lock(&self.state);
        if let Some(reason) = state.reason {
            return Err(Closed(reason));
        }
        let key = state.bonds.insert(Bond { kind, place, end });
        drop(state);
        Ok(Guard::new(Arc::clone(self), key))
    }

    /// Closes the scope and ends all that is bound to it, as far as that is
    /// possible without waiting; [`poll_ended`](Self::poll_ended) waits for
    /// the rest. Only the first close counts; `true` tells that this was it.
    ///
    /// What ends may run drops of the user's. If one panics, the rest is ended
    /// all the same, and the panic goes on from here.
    pub(crate) fn close(&self, reason: CloseReason) -> bool {
        // Looked for before it is ended.
        let in_flight = reason.is_limit().then(|| self.in_flight()).flatten();
        let first = self.seal_during(reason, in_flight);
        if first {
            self.end_bonds();
        }
        first
    }

    /// Closes the scope, but lets what is bound to it finish.
    pub(crate) fn seal(&self, reason: CloseReason) -> bool {
        self.seal_during(reason, None)
    }

    fn seal_during(&self, reason: CloseReason, in_flight: Option<InFlight>) -> bool {
        let in_flight = in_flight.map(Box::new);
        let mut state = lock(&self.state);
        if state.reason.is_some() {
            return false;
        }
        state.reason = Some(reason);
        state.in_flight = in_flight;
        self.reason.store(reason as u8 + 1, Ordering::Release);
        let owner = state.owner.take();
        let watchers = state.watchers.take();
        drop(state);

        wake(owner, watchers);
        self.end_if_empty();
        true
    }

    /// Ends what is bound to a sealed scope, in close order. The list only
    /// shrinks from the seal on (invariant 2), so one pass for each kind meets
    /// everything.
    pub(crate) fn end_bonds(&self) {
        let Some(reason) = self.reason() else {
            return;
        };
        if self.has_ended() {
            return;
        }
        let mut panicked = None;
        for kind in BondKind::CLOSE_ORDER {
            let mut from = 0;
            while let Some((next, end)) = self.next_bond(kind, from) {
                from = next;
                // A bond whose thing is being dropped right now releases itself.
                if let Some(end) = end.upgrade() {
                    let ended = panic::catch_unwind(AssertUnwindSafe(|| end.end(reason)));
                    panicked = panicked.or(ended.err());
                }
            }
        }
        if let Some(payload) = panicked {
            panic::resume_unwind(payload);
        }
    }

    /// Waits, as the owner, for the close. Ready with its reason.
    pub(crate) fn poll_closed(&self, cx: &mut Context<'_>) -> Poll<CloseReason> {
        self.poll_owner(cx, |state| state.reason)
    }

    /// Waits, as the owner, until a closed scope has no bond left.
    pub(crate) fn poll_ended(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.poll_owner(cx, |state| state.has_ended().then_some(()))
    }

    fn poll_owner<T>(&self, cx: &mut Context<'_>, look: impl Fn(&State) -> Option<T>) -> Poll<T> {
        let state = lock(&self.state);
        if let Some(seen) = look(&state) {
            return Poll::Ready(seen);
        }
        if state
            .owner
            .as_ref()
            .is_some_and(|waker| waker.will_wake(cx.waker()))
        {
            return Poll::Pending;
        }
        drop(state);
        // Cloned with the lock free (invariant 6), so the look is repeated.
        let waker = cx.waker().clone();
        let mut state = lock(&self.state);
        if let Some(seen) = look(&state) {
            drop(state);
            return Poll::Ready(seen);
        }
        let old = state.owner.replace(waker);
        drop(state);
        drop(old);
        Poll::Pending
    }

    /// Waits, as anybody, until the scope has closed, or also `ended`.
    pub(crate) fn watch(self: &Arc<Self>, ended: bool) -> Watch {
        Watch::new(Arc::clone(self), ended)
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Whether the scope is overdue, asked for the first time.
    pub(crate) fn becomes_overdue(&self) -> bool {
        let mut state = lock(&self.state);
        !state.has_ended() && !mem::replace(&mut state.overdue, true)
    }

    /// What is still bound, with the place where it was.
    pub(crate) fn bonds(&self) -> Vec<(BondKind, &'static Location<'static>)> {
        lock(&self.state)
            .bonds
            .iter()
            .map(|(_, bond)| (bond.kind, bond.place))
            .collect()
    }

    /// What was under way when a limit closed the scope.
    pub(crate) fn ended_in_flight(&self) -> Option<InFlight> {
        lock(&self.state).in_flight.as_deref().cloned()
    }

    pub(super) fn release(&self, key: usize) {
        let mut state = lock(&self.state);
        let bond = state.bonds.try_remove(key);
        let ended = state.has_ended();
        drop(state);
        drop(bond);
        if ended {
            self.end_if_empty();
        }
    }

    fn join_parent(&self, guard: Guard) {
        let mut state = lock(&self.state);
        if state.has_ended() {
            // The parent closed at this moment, and this scope with it.
            drop(state);
            drop(guard);
        } else {
            state.in_parent = Some(guard);
        }
    }

    fn next_bond(&self, kind: BondKind, from: usize) -> Option<(usize, Weak<dyn End>)> {
        let state = lock(&self.state);
        (from..state.bonds.capacity()).find_map(|key| match state.bonds.get(key) {
            Some(bond) if bond.kind == kind => Some((key + 1, bond.end.clone())),
            _ => None,
        })
    }

    /// ## `Closing => Ended`
    ///
    /// Reached once by taking the entries: whoever takes them gives them up.
    fn end_if_empty(&self) {
        let mut state = lock(&self.state);
        if !state.has_ended() {
            return;
        }
        let in_registry = state.in_registry.take();
        let in_parent = state.in_parent.take();
        let owner = state.owner.take();
        let watchers = state.watchers.take();
        drop(state);

        drop(in_registry);
        drop(in_parent);
        wake(owner, watchers);
    }
}

fn wake(owner: Option<Waker>, watchers: Option<Box<Slab<Waker>>>) {
    let watchers = watchers.into_iter().flat_map(|watchers| *watchers);
    for waker in owner.into_iter().chain(watchers.map(|(_, waker)| waker)) {
        waker.wake();
    }
}

impl State {
    pub(super) fn has_ended(&self) -> bool {
        self.reason.is_some() && self.bonds.is_empty()
    }
}

/// A parent ends its child.
impl End for Lifecycle {
    fn end(&self, reason: CloseReason) {
        self.close(reason.inherited());
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
