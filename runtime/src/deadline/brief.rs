use std::{num::NonZeroU64, time::Duration};

/// A duration in eight bytes, absent ones included: whole nanoseconds, up to 584
/// years. Zero is kept as one nanosecond.
///
/// A live scope carries several limits, and a million of them are to fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Brief(NonZeroU64);

impl From<Duration> for Brief {
    fn from(duration: Duration) -> Self {
        let nanos = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        Self(NonZeroU64::new(nanos).unwrap_or(NonZeroU64::MIN))
    }
}

impl From<Brief> for Duration {
    fn from(brief: Brief) -> Self {
        Self::from_nanos(brief.0.get())
    }
}
