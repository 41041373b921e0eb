//! An alarm before it hurts.
//!
//! [`Thresholds`] say how much is too much, of the process and of the scopes of a
//! name; [`Thresholds::watch`] looks at regular intervals and tells when one is
//! crossed, and again when what it measures has recovered. The two levels differ,
//! so a value that wavers about one of them is told of once.
//!
//! # Where to start
//!
//! | measure | of | raise above | why |
//! |---|---|---|---|
//! | [`Overdue`](Measure::Overdue) | process | 0 | each is something that does not end: a blocked thread, a task that ignores its end |
//! | [`Oldest`](Measure::Oldest) | each streaming method | twice its `timeout` | it should have ended; without a `timeout`, the longest session you expect |
//! | [`GrowthPerMinute`](Measure::GrowthPerMinute) | process | a tenth of what lives at the peak | a leak grows by the minute, load levels off |
//! | [`LiveScopes`](Measure::LiveScopes) | process | three times the peak: requests a second × their seconds | more is a queue |
//! | [`Connections`](Measure::Connections) | process | a third of the limit of open files | the rest is for accepted sockets, files and a bad day |
//! | [`Clients`](Measure::Clients) | each handler that makes clients | three times its concurrent calls × its clients | the founding leak |
//! | [`Tasks`](Measure::Tasks) | process | three times the peak | tasks that wait for what never comes |
//! | [`Streams`](Measure::Streams) | process | the subscribers that you have planned for | each is a caller that may have stopped reading |
//!
//! Run with alarms in a log for a day, then set the levels by what you saw.
//!
//! ```
//! use std::time::Duration;
//! use tonic_scope::monitor::thresholds::{Measure, Thresholds};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let watch = Thresholds::builder()
//!     .above(Measure::Overdue, 0)
//!     .above(Measure::GrowthPerMinute, 500)
//!     .between(Measure::LiveScopes, 8_000, 10_000)
//!     .above_in("Greeter::watch", Measure::Oldest, Duration::from_secs(3_600))
//!     .build()?
//!     .watch(|crossing| eprintln!("{crossing}"))?;
//! # drop(watch);
//! # Ok(())
//! # }
//! ```

mod builder;
mod error;
mod look;
mod measure;
#[cfg(test)]
mod tests;
mod watch;

pub use self::{
    builder::{Thresholds, ThresholdsBuilder},
    error::{ThresholdError, WatchError},
    look::Crossing,
    measure::{Amount, Measure},
    watch::Watch,
};
