use std::time::Duration;

use super::{Amount, Measure, ThresholdError, error::Contradiction, look::MINUTE};

/// How much is too much; see [`Thresholds::builder`].
#[derive(Clone, Debug)]
pub struct Thresholds {
    pub(super) all: Vec<Threshold>,
    pub(super) every: Duration,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Threshold {
    pub(super) measure: Measure,
    /// The scopes that it counts; `None` for all of the process.
    pub(super) scope: Option<String>,
    /// Raised above this, and cleared at `clear` or below.
    pub(super) raise: Amount,
    pub(super) clear: Amount,
}

/// Builds [`Thresholds`].
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tonic_scope::monitor::thresholds::{Measure, Thresholds};
///
/// let builder = Thresholds::builder()
///     .above(Measure::Tasks, 3_000)
///     .between_in("Greeter::watch", Measure::LiveScopes, 80, 100)
///     .every(Duration::from_secs(30));
/// assert!(builder.clone().build().is_ok());
///
/// // More of one name than is allowed of all is never told by name.
/// let error = builder.above_in("Greeter::watch", Measure::Tasks, 5_000).build().unwrap_err();
/// assert!(error.to_string().contains("is never told before that of the whole process"));
/// ```
#[derive(Clone, Debug)]
#[must_use = "it does nothing until it is built"]
pub struct ThresholdsBuilder(Thresholds);

impl Thresholds {
    /// None so far, to be looked at every 10 s.
    pub fn builder() -> ThresholdsBuilder {
        ThresholdsBuilder(Self {
            all: Vec::new(),
            every: Duration::from_secs(10),
        })
    }
}

impl ThresholdsBuilder {
    /// Raises the alarm when a measure of the process is above `raise`. It has
    /// recovered at four fifths of that.
    pub fn above(self, measure: Measure, raise: impl Into<Amount>) -> Self {
        let raise = raise.into();
        self.add(None, measure, raise.less(), raise)
    }

    /// Raises the alarm when a measure of the process is above `raise`. It has
    /// recovered at `clear` or below.
    pub fn between(
        self,
        measure: Measure,
        clear: impl Into<Amount>,
        raise: impl Into<Amount>,
    ) -> Self {
        self.add(None, measure, clear.into(), raise.into())
    }

    /// [`above`](Self::above), of the scopes of a name.
    pub fn above_in(
        self,
        scope: impl Into<String>,
        measure: Measure,
        raise: impl Into<Amount>,
    ) -> Self {
        let raise = raise.into();
        self.add(Some(scope.into()), measure, raise.less(), raise)
    }

    /// [`between`](Self::between), of the scopes of a name.
    pub fn between_in(
        self,
        scope: impl Into<String>,
        measure: Measure,
        clear: impl Into<Amount>,
        raise: impl Into<Amount>,
    ) -> Self {
        self.add(Some(scope.into()), measure, clear.into(), raise.into())
    }

    /// How often to look. Each look takes a [snapshot](crate::monitor::snapshot):
    /// with 100,000 live scopes every second is too often.
    pub fn every(mut self, interval: Duration) -> Self {
        self.0.every = interval;
        self
    }

    /// The thresholds, if they make sense together.
    ///
    /// # Errors
    ///
    /// - there is none, or no time between two looks, or more than a minute where
    ///   the growth of a minute is asked for;
    /// - one is cleared above the level at which it is raised;
    /// - a count is given for an age, or an age for a count;
    /// - the same measure of the same scopes is given twice;
    /// - a level for the scopes of a name is no lower than that for the whole
    ///   process, which is always crossed before.
    pub fn build(self) -> Result<Thresholds, ThresholdError> {
        let Thresholds { all, every } = &self.0;
        if all.is_empty() {
            return Err(Contradiction::Nothing.into());
        }
        if every.is_zero() {
            return Err(Contradiction::NoInterval.into());
        }
        for (n, one) in all.iter().enumerate() {
            one.check(*every)?;
            if let Some(other) = all[..n].iter().find(|other| other.is_about_what(one)) {
                return Err(Contradiction::Twice(other.clone()).into());
            }
            let whole = all.iter().find(|other| other.holds_before(one));
            if let Some(whole) = whole {
                return Err(Contradiction::Unreachable(one.clone(), whole.raise).into());
            }
        }
        Ok(self.0)
    }

    fn add(
        mut self,
        scope: Option<String>,
        measure: Measure,
        clear: Amount,
        raise: Amount,
    ) -> Self {
        self.0.all.push(Threshold {
            measure,
            scope,
            raise,
            clear,
        });
        self
    }
}

impl Threshold {
    fn check(&self, every: Duration) -> Result<(), ThresholdError> {
        let unit = self.measure.takes(self.raise) && self.measure.takes(self.clear);
        if !unit {
            return Err(Contradiction::Unit(self.clone()).into());
        }
        if self.clear > self.raise {
            return Err(Contradiction::ClearedAbove(self.clone()).into());
        }
        if self.measure == Measure::GrowthPerMinute && every > MINUTE {
            return Err(Contradiction::SeldomerThanAMinute(every).into());
        }
        Ok(())
    }

    fn is_about_what(&self, other: &Self) -> bool {
        self.measure == other.measure && self.scope == other.scope
    }

    /// Whether this one, of the process, is always crossed before that one, of a
    /// name. Growth is exempt: some scopes can grow while others shrink.
    fn holds_before(&self, other: &Self) -> bool {
        self.measure == other.measure
            && self.measure != Measure::GrowthPerMinute
            && self.scope.is_none()
            && other.scope.is_some()
            && other.raise >= self.raise
    }
}
