use std::{fmt, panic::Location, time::Duration};

use crate::lifecycle::{self, CloseReason, Lifecycle};

/// One live scope, as it was when the snapshot was taken.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ScopeSnapshot {
    /// The scope's name.
    pub name: &'static str,
    /// Where it was opened.
    pub location: &'static Location<'static>,
    /// How long ago it was opened.
    pub age: Duration,
    /// The time left until its deadline; `None` without one.
    pub remaining: Option<Duration>,
    /// Why it closed; `None` while it is open.
    pub close_reason: Option<CloseReason>,
    /// What is bound to it.
    pub bonds: Vec<Bond>,
}

/// Something that is bound to a scope.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Bond {
    /// What it is: `child scope`, `call`, `stream`, `task`, `cleanup`, `client`
    /// or `connection`.
    pub kind: &'static str,
    /// Where it was bound.
    pub location: &'static Location<'static>,
}

/// Takes a snapshot of every live scope of the process, the oldest first.
///
/// Scopes that open or end meanwhile may be missing or present. It costs time
/// in proportion to what is alive, and stops nobody for longer than it takes to
/// copy one scope's list.
#[must_use]
pub fn snapshot() -> Vec<ScopeSnapshot> {
    let mut scopes: Vec<_> = lifecycle::live().iter().map(|scope| of(scope)).collect();
    scopes.sort_by_key(|scope| std::cmp::Reverse(scope.age));
    scopes
}

fn of(scope: &Lifecycle) -> ScopeSnapshot {
    let meta = scope.meta();
    ScopeSnapshot {
        name: meta.site.name(),
        location: meta.site.location(),
        age: meta.opened.elapsed(),
        remaining: meta.deadline.map(crate::Deadline::remaining),
        close_reason: scope.reason(),
        bonds: scope
            .bonds()
            .into_iter()
            .map(|(kind, location)| Bond {
                kind: kind.name(),
                location,
            })
            .collect(),
    }
}

impl fmt::Display for ScopeSnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}), {:.1?} old", self.name, self.location, self.age)?;
        match (self.close_reason, self.remaining) {
            (Some(reason), _) => write!(f, ", closed: {reason}")?,
            (None, Some(remaining)) => write!(f, ", {remaining:.1?} left")?,
            (None, None) => {}
        }
        for bond in &self.bonds {
            write!(f, "\n  {} ({})", bond.kind, bond.location)?;
        }
        Ok(())
    }
}
