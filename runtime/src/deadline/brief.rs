use std::{num::NonZeroU64, time::Duration};

/// A duration in eight bytes, absent ones included: whole nanoseconds, up to 584
/// years.
///
/// A live scope carries several limits, and a million of them are to fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Brief {
    /// One more than the nanoseconds, which leaves zero for the absent.
    nanos: NonZeroU64,
}

impl Brief {
    pub(crate) const fn of(duration: Duration) -> Self {
        let nanos = (duration.as_secs().saturating_mul(1_000_000_000))
            .saturating_add(duration.subsec_nanos() as u64);
        Self {
            nanos: NonZeroU64::MIN.saturating_add(nanos),
        }
    }
}

impl From<Brief> for Duration {
    fn from(brief: Brief) -> Self {
        Self::from_nanos(brief.nanos.get() - 1)
    }
}
