use std::{
    mem,
    panic::Location,
    sync::{Arc, Weak},
    task::Waker,
};

use slab::Slab;

use super::{BondKind, CloseReason, End, InFlight, bonds::Bonds, closing::Slow, registry::Entry};

/// What the lock of a scope guards.
pub(super) struct State {
    /// `Some` from the close on (invariant 1).
    pub(super) reason: Option<CloseReason>,
    pub(super) stage: Stage,
    pub(super) bonds: Bonds,
    /// The owner: told of the close, and of the end.
    pub(super) owner: Option<Waker>,
    /// Whoever else waits for the close or for the end.
    /// Boxed because few scopes are watched, and all of them are counted in bytes.
    pub(super) watchers: Option<Box<Slab<Waker>>>,
    /// This scope's places in its parent and in the registry, given up when it
    /// ends.
    pub(super) in_parent: InParent,
    pub(super) in_registry: Option<Entry>,
    /// More about the reason, known at the latest when the scope closes.
    pub(super) detail: Option<Box<Detail>>,
    /// What was left when the grace was over has been reported.
    pub(super) overdue: bool,
    /// There if the close may take time; boxed because it seldom does.
    pub(super) slow: Option<Box<Slow>>,
}

impl State {
    pub(super) fn open(in_registry: Entry) -> Self {
        Self {
            reason: None,
            stage: Stage::Left,
            bonds: Bonds::default(),
            owner: None,
            watchers: None,
            in_parent: InParent::default(),
            in_registry: Some(in_registry),
            detail: None,
            overdue: false,
            slow: None,
        }
    }

    pub(super) fn has_ended(&self) -> bool {
        self.reason.is_some() && self.bonds.is_empty()
    }

    pub(super) fn count(&self, counts: impl Fn(BondKind) -> bool) -> usize {
        let bonds = self.bonds.iter();
        bonds.filter(|bond| counts(bond.kind)).count()
    }

    /// The first bond of a kind, from a place in the list on, and the next place.
    pub(super) fn next(&self, kind: BondKind, from: usize) -> Option<(usize, Weak<dyn End>)> {
        (from..self.bonds.capacity()).find_map(|key| match self.bonds.get(key) {
            Some(bond) if bond.kind == kind => Some((key + 1, bond.end.clone())),
            _ => None,
        })
    }

    /// What a closed scope takes on as long as its cleanups are to come: the
    /// tasks of connections that they use, and their own scopes.
    pub(super) fn still_takes(&self, kind: BondKind) -> bool {
        match kind {
            BondKind::Connection => {
                self.slow.is_some() && self.stage != Stage::Over && !self.has_ended()
            }
            BondKind::Cleanup => self.stage == Stage::Serving,
            _ => false,
        }
    }
}

/// A scope's key in the list of its parent, or none.
///
/// In five bytes, which fit beside the flags of the state. More children than that
/// can tell apart fit into no machine's memory.
#[derive(Default)]
pub(super) struct InParent([u8; 5]);

impl InParent {
    pub(super) fn at(key: usize) -> Self {
        let [first, second, third, fourth, fifth, ..] = (key as u64 + 1).to_le_bytes();
        Self([first, second, third, fourth, fifth])
    }

    pub(super) fn take(&mut self) -> Option<usize> {
        let [first, second, third, fourth, fifth] = mem::take(&mut self.0);
        let one_more = u64::from_le_bytes([first, second, third, fourth, fifth, 0, 0, 0]);
        usize::try_from(one_more).ok()?.checked_sub(1)
    }
}

/// How far the close of a scope has come.
///
/// ## `Left => Ending => Over`, `Ending => Serving => Over`
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// What is bound is left alone.
    Left,
    /// Calls, streams, tasks and child scopes are being told to end.
    Ending,
    /// They are given time, and cleanups run; clients and connections serve.
    Serving,
    /// Clients and connections have been told to end as well.
    Over,
}

/// What a reason does not say.
#[derive(Debug)]
pub(super) enum Detail {
    /// What was under way when a limit closed the scope.
    InFlight(InFlight),
    /// The first panic of a task, which is why the scope closes.
    Panic(TaskPanic),
}

/// A task of a scope panicked.
#[derive(Clone, Debug)]
pub(crate) struct TaskPanic {
    pub(crate) message: Arc<str>,
    /// Where the task was spawned.
    pub(crate) place: &'static Location<'static>,
}
