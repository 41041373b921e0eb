//! Looking at a scope from outside, without being in its way.

use std::{
    iter,
    panic::Location,
    sync::{Arc, Weak},
};

use tokio::time::Instant;

use super::{BondKind, CloseReason, End, Lifecycle, Phase, state::Stage};
use crate::deadline::Deadline;

/// How many entries of a list are copied under its lock at a time: whoever needs
/// the lock meanwhile waits for so many and no more.
pub(super) const AT_A_TIME: usize = 64;

/// What a bond tells of the thing that it ties. What does not apply is left out.
#[derive(Debug, Default)]
pub(crate) struct About {
    /// When it was made.
    pub(crate) since: Option<Instant>,
    /// The method of a call; where a client or a connection goes.
    pub(crate) target: Option<String>,
    /// Where a call goes.
    pub(crate) peer: Option<String>,
    pub(crate) phase: Option<Phase>,
    pub(crate) deadline: Option<Deadline>,
    pub(crate) messages: u64,
    /// When the last message came or went.
    pub(crate) moved: Option<Instant>,
    /// The same for all tasks of one connection.
    pub(crate) group: usize,
    /// It belongs to somebody else.
    pub(crate) lent: bool,
}

/// One entry of a scope's list, copied.
pub(crate) struct Seen {
    pub(crate) kind: BondKind,
    pub(crate) place: &'static Location<'static>,
    end: Weak<dyn End>,
}

impl Seen {
    /// What it tells of itself; `None` if it is going away at this moment.
    pub(crate) fn about(&self) -> Option<About> {
        match (self.kind, self.end.upgrade()) {
            // The scope in which it runs; it has a bond of its own as well.
            (BondKind::Cleanup, Some(_scope)) => None,
            (BondKind::Cleanup, None) => Some(About::default()),
            (_, thing) => Some(thing?.about()),
        }
    }
}

/// How far a scope is in its life.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Condition {
    pub(crate) reason: Option<CloseReason>,
    pub(crate) stage: Stage,
    pub(crate) overdue: bool,
}

impl Lifecycle {
    pub(crate) fn condition(&self) -> Condition {
        let state = self.state();
        Condition {
            reason: state.reason,
            stage: state.stage,
            overdue: state.overdue,
        }
    }

    /// What is bound, of the kinds that are wanted, with the place where it was.
    ///
    /// The list is copied a part at a time, when the last part has been looked at: what
    /// is bound or released meanwhile may be missing or present. Whoever waits for the
    /// lock gets it then.
    pub(crate) fn bonds(&self, wanted: impl Fn(BondKind) -> bool) -> impl Iterator<Item = Seen> {
        let mut next = Some(0);
        let parts = iter::from_fn(move || {
            let from = next?;
            let state = self.state();
            let end = state.bonds.capacity();
            let to = end.min(from + AT_A_TIME);
            next = (to < end).then_some(to);
            let part = (from..to).filter_map(|key| state.bonds.get(key));
            let part = part.filter(|bond| wanted(bond.kind)).map(|bond| Seen {
                kind: bond.kind,
                place: bond.place,
                end: bond.end.clone(),
            });
            Some(part.collect::<Vec<_>>())
        });
        parts.flatten()
    }

    /// The scope around it, for telling who is whose.
    pub(crate) fn enclosing(&self) -> Option<&Arc<Self>> {
        self.parent()
    }
}
