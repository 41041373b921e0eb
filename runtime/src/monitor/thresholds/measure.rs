use std::{fmt, time::Duration};

use crate::monitor::{ScopeSnapshot, What};

/// What a threshold is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Measure {
    /// Scopes that have not ended.
    LiveScopes,
    /// Tasks that are bound to a scope.
    Tasks,
    /// Clients, and attempts to make one.
    Clients,
    /// Connections that belong to a scope. A pool's are in its
    /// [snapshot](crate::pool::Pool::snapshot).
    Connections,
    /// Streams that a scope's owner yields.
    Streams,
    /// The age of the oldest scope.
    Oldest,
    /// By how many the live scopes have grown within the last minute.
    GrowthPerMinute,
    /// Closed scopes that still hold something though their grace is over.
    Overdue,
}

/// How much: a count, or of [`Measure::Oldest`] a duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
#[non_exhaustive]
pub enum Amount {
    /// So many.
    Count(u64),
    /// So long.
    Age(Duration),
}

impl Measure {
    pub(super) fn takes(self, amount: Amount) -> bool {
        matches!(amount, Amount::Age(_)) == (self == Self::Oldest)
    }

    /// Of some scopes. Growth is a difference of two looks and not in here: of
    /// that this tells how many there are.
    pub(super) fn of<'a>(self, scopes: impl Iterator<Item = &'a ScopeSnapshot>) -> Amount {
        if self == Self::Oldest {
            return Amount::Age(scopes.map(|scope| scope.age).max().unwrap_or_default());
        }
        let counts: fn(&ScopeSnapshot) -> usize = match self {
            Self::LiveScopes | Self::GrowthPerMinute | Self::Oldest => |_| 1,
            Self::Tasks => |it| bonds(it, |what| matches!(what, What::Task { .. })),
            Self::Clients => |it| bonds(it, |what| matches!(what, What::Client { .. })),
            Self::Connections => |it| bonds(it, |what| matches!(what, What::Connection { .. })),
            Self::Streams => |it| bonds(it, |what| matches!(what, What::Stream { .. })),
            Self::Overdue => |it| usize::from(it.overdue),
        };
        let count: usize = scopes.map(counts).sum();
        Amount::Count(count as u64)
    }
}

fn bonds(scope: &ScopeSnapshot, is: impl Fn(&What) -> bool) -> usize {
    scope.bonds.iter().filter(|bond| is(&bond.what)).count()
}

impl Amount {
    /// Four fifths: where a level that is not said recovers.
    pub(super) fn less(self) -> Self {
        match self {
            Self::Count(count) => Self::Count(count - count.div_ceil(5)),
            Self::Age(age) => Self::Age(age * 4 / 5),
        }
    }
}

impl From<u64> for Amount {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<Duration> for Amount {
    fn from(age: Duration) -> Self {
        Self::Age(age)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => count.fmt(f),
            Self::Age(age) => write!(f, "{age:.1?}"),
        }
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LiveScopes => "live scopes",
            Self::Tasks => "tasks",
            Self::Clients => "clients",
            Self::Connections => "connections",
            Self::Streams => "streams",
            Self::Oldest => "age of the oldest scope",
            Self::GrowthPerMinute => "growth per minute",
            Self::Overdue => "overdue scopes",
        })
    }
}
