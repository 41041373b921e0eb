//! Absolute points in time by which something must be over.
//!
//! A *timeout* is a duration; it becomes a [`Deadline`] at one stated moment.
//! The neighbour, `tokio::time::timeout`, keeps the two in one and so cannot
//! hand the rest of its time on to anybody.

mod brief;
mod progress;
mod rare;
mod source;
mod timer;
pub(crate) mod wire;

use std::time::Duration;

use tokio::time::Instant;

pub use self::source::LimitSource;
pub(crate) use self::{brief::Brief, progress::Progress, rare::RareTimer, timer::Timer};

/// A point in time by which something must be over.
///
/// It is measured on tokio's clock, which tests can pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Deadline(Instant);

/// Later than any process lives, and early enough that adding it to any
/// instant cannot overflow the clock's range.
pub(crate) const FAR_FUTURE: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// A tenth of a caller's time is kept back, and no more than this.
const MOST_KEPT_BACK: Duration = Duration::from_millis(5);

impl Deadline {
    /// The deadline that is `timeout` away from now.
    ///
    /// A timeout too long for the clock, such as [`Duration::MAX`], gives a
    /// deadline a century away.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tonic_scope::Deadline;
    ///
    /// let deadline = Deadline::after(Duration::from_secs(2));
    /// assert!(deadline.remaining() <= Duration::from_secs(2));
    /// assert!(!deadline.is_over());
    /// assert_eq!(Deadline::from(deadline.instant()), deadline);
    /// assert!(deadline < Deadline::after(Duration::MAX));
    /// ```
    #[must_use]
    pub fn after(timeout: Duration) -> Self {
        Self::at(Instant::now(), timeout)
    }

    /// The time left; zero once the deadline has passed.
    #[must_use]
    pub fn remaining(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// Whether the deadline has passed.
    #[must_use]
    pub fn is_over(self) -> bool {
        self.0 <= Instant::now()
    }

    /// The point in time.
    #[must_use]
    pub fn instant(self) -> Instant {
        self.0
    }

    /// The deadline of work for a caller who allows it `timeout` from now.
    ///
    /// A part is kept back, so that our answer is there before that of tonic's
    /// own timer, which starts earlier and answers `CANCELLED` (invariant 7).
    pub(crate) fn of_caller(timeout: Duration) -> Self {
        let kept_back = (timeout / 10).min(MOST_KEPT_BACK);
        Self::after(timeout.saturating_sub(kept_back))
    }

    pub(crate) fn at(start: Instant, timeout: Duration) -> Self {
        Self(start + timeout.min(FAR_FUTURE))
    }

    /// The earlier of two deadlines, where there are any.
    pub(crate) fn earliest(a: Option<Self>, b: Option<Self>) -> Option<Self> {
        match (a, b) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }
}

impl From<Instant> for Deadline {
    fn from(instant: Instant) -> Self {
        Self(instant)
    }
}
