use std::{fmt, panic::Location, time::Duration};

use super::Bond;
use crate::{deadline::LimitSource, lifecycle::CloseReason};

/// One live scope, as it was when the snapshot was taken.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ScopeSnapshot {
    /// The same in all snapshots, and no other scope's.
    pub id: ScopeId,
    /// The scope that it is within.
    pub parent: Option<ScopeId>,
    /// Within how many scopes it is.
    pub depth: usize,
    /// Its name.
    pub name: &'static str,
    /// Where it was opened.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::serial::place"))]
    pub location: &'static Location<'static>,
    /// How long ago it was opened.
    #[cfg_attr(
        feature = "serde",
        serde(rename = "age_seconds", serialize_with = "crate::serial::seconds")
    )]
    pub age: Duration,
    /// Its deadline; `None` without one.
    pub limit: Option<Limit>,
    /// How far it is.
    pub phase: ScopePhase,
    /// Why it closed; `None` while it is open.
    pub close_reason: Option<CloseReason>,
    /// It is closed, its grace is over, and it still holds something; that has
    /// been reported.
    pub overdue: bool,
    /// What is bound to it, the scopes within it aside.
    pub bonds: Vec<Bond>,
}

/// A scope's number, unique in its process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ScopeId(pub(super) u64);

/// The deadline of a scope.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Limit {
    /// The time left; zero when it is over.
    #[cfg_attr(
        feature = "serde",
        serde(
            rename = "remaining_seconds",
            serialize_with = "crate::serial::seconds"
        )
    )]
    pub remaining: Duration,
    /// What set it.
    pub source: LimitSource,
    /// The name of the scope that it comes from: the scope itself, or one around
    /// it.
    pub set_by: &'static str,
}

/// How far a scope is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum ScopePhase {
    /// It takes new bonds.
    Open,
    /// It takes none, and lets those it has finish.
    Draining,
    /// Its calls, streams, tasks and the scopes within it are being told to end.
    Ending,
    /// Tasks that listen are given time, or cleanups run.
    CleaningUp,
    /// All has been told to end, and something is not gone yet.
    Lingering,
}

impl ScopeSnapshot {
    /// The time left until its deadline; `None` without one.
    #[must_use]
    pub fn remaining(&self) -> Option<Duration> {
        self.limit.as_ref().map(|limit| limit.remaining)
    }
}

impl ScopeId {
    /// The number.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for ScopeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for ScopePhase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Draining => "draining",
            Self::Ending => "ending",
            Self::CleaningUp => "cleaning up",
            Self::Lingering => "lingering",
        })
    }
}

impl fmt::Display for ScopeSnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}), {:.1?} old", self.name, self.location, self.age)?;
        match (self.close_reason, self.remaining()) {
            (Some(reason), _) => write!(f, ", closed: {reason}, {}", self.phase)?,
            (None, Some(remaining)) => write!(f, ", {remaining:.1?} left")?,
            (None, None) => {}
        }
        if self.overdue {
            f.write_str(", overdue")?;
        }
        self.bonds
            .iter()
            .try_for_each(|bond| write!(f, "\n  {bond}"))
    }
}
