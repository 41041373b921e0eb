use std::{collections::VecDeque, fmt, time::Duration};

use tokio::time::Instant;

use super::{Amount, Measure, Thresholds, builder::Threshold};
use crate::monitor::Snapshot;

/// A threshold was crossed, or what it measures has recovered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Crossing {
    /// What is measured.
    pub measure: Measure,
    /// The name of the scopes that it is measured of; `None` for the process.
    pub scope: Option<String>,
    /// How much there is.
    pub value: Amount,
    /// The level that was crossed: the one above which it is raised, or at which
    /// it is cleared.
    pub level: Amount,
    /// Whether it is too much now.
    pub raised: bool,
}

/// Thresholds, and what was seen so far.
#[derive(Debug)]
pub(super) struct Looks(Vec<Look>);

/// ## `Quiet <=> Raised`
#[derive(Debug)]
struct Look {
    threshold: Threshold,
    raised: bool,
    /// Of growth: how many there were, for the last minute.
    earlier: VecDeque<(Instant, u64)>,
}

/// Growth is that of a minute.
pub(super) const MINUTE: Duration = Duration::from_secs(60);

impl Looks {
    pub(super) fn new(thresholds: Thresholds) -> Self {
        let all = thresholds.all.into_iter();
        Self(
            all.map(|threshold| Look {
                threshold,
                raised: false,
                earlier: VecDeque::new(),
            })
            .collect(),
        )
    }

    /// What a snapshot has changed.
    pub(super) fn at(&mut self, snapshot: &Snapshot, now: Instant) -> Vec<Crossing> {
        let looks = self.0.iter_mut();
        looks.filter_map(|look| look.at(snapshot, now)).collect()
    }
}

impl Look {
    fn at(&mut self, snapshot: &Snapshot, now: Instant) -> Option<Crossing> {
        let value = self.value(snapshot, now);
        let Threshold { raise, clear, .. } = self.threshold;
        let crossed = if self.raised {
            value <= clear
        } else {
            value > raise
        };
        if !crossed {
            return None;
        }
        self.raised = !self.raised;
        Some(Crossing {
            measure: self.threshold.measure,
            scope: self.threshold.scope.clone(),
            value,
            level: if self.raised { raise } else { clear },
            raised: self.raised,
        })
    }

    fn value(&mut self, snapshot: &Snapshot, now: Instant) -> Amount {
        let Threshold { measure, scope, .. } = &self.threshold;
        let value = match scope {
            Some(name) => measure.of(snapshot.named(name)),
            None => measure.of(snapshot.scopes.iter()),
        };
        match value {
            Amount::Count(live) if *measure == Measure::GrowthPerMinute => {
                Amount::Count(self.growth(live, now))
            }
            value => value,
        }
    }

    /// Within the last minute, or since the first look if that is later.
    fn growth(&mut self, live: u64, now: Instant) -> u64 {
        self.earlier.push_back((now, live));
        let is_over = |then: Instant| now.saturating_duration_since(then) > MINUTE;
        while self.earlier.front().is_some_and(|(then, _)| is_over(*then)) {
            self.earlier.pop_front();
        }
        let before = self.earlier.front().map_or(live, |(_, before)| *before);
        live.saturating_sub(before)
    }
}

impl fmt::Display for Crossing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.measure.fmt(f)?;
        if let Some(scope) = &self.scope {
            write!(f, " of `{scope}`")?;
        }
        let (value, level) = (self.value, self.level);
        if self.raised {
            write!(f, ": {value}, above {level}")
        } else {
            write!(f, ": {value}, back at {level} or below")
        }
    }
}
