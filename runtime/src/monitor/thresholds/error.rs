use std::{error::Error, fmt, time::Duration};

use super::{Amount, builder::Threshold};

/// Thresholds that contradict each other, or themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThresholdError(Contradiction);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Contradiction {
    Nothing,
    NoInterval,
    SeldomerThanAMinute(Duration),
    ClearedAbove(Threshold),
    Unit(Threshold),
    Twice(Threshold),
    /// With the level of the process.
    Unreachable(Threshold, Amount),
}

impl From<Contradiction> for ThresholdError {
    fn from(contradiction: Contradiction) -> Self {
        Self(contradiction)
    }
}

impl fmt::Display for ThresholdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Contradiction::Nothing => f.write_str("there is no threshold to watch: add one"),
            Contradiction::NoInterval => {
                f.write_str("there has to be some time between two looks at the thresholds")
            }
            Contradiction::SeldomerThanAMinute(every) => write!(
                f,
                "the growth of a minute cannot be told by a look every {every:?}: look at least once a minute"
            ),
            Contradiction::ClearedAbove(it) => write!(
                f,
                "{it} is raised above {} and cleared at {}: clear it at that or below",
                it.raise, it.clear
            ),
            Contradiction::Unit(it) => write!(
                f,
                "{it} cannot be {}: an age is a `Duration`, and everything else a number",
                it.raise
            ),
            Contradiction::Twice(it) => write!(f, "{it} has two thresholds: keep one"),
            Contradiction::Unreachable(it, whole) => write!(
                f,
                "{it} above {} is never told before that of the whole process, above {whole}: \
                 lower it, or raise the other",
                it.raise
            ),
        }
    }
}

impl Error for ThresholdError {}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.measure.fmt(f)?;
        match &self.scope {
            Some(scope) => write!(f, " of `{scope}`"),
            None => Ok(()),
        }
    }
}

/// There is no runtime to watch on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WatchError(());

impl WatchError {
    pub(in crate::monitor) fn new() -> Self {
        Self(())
    }
}

impl fmt::Display for WatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the monitor watches by a task: call this within a tokio runtime")
    }
}

impl Error for WatchError {}
