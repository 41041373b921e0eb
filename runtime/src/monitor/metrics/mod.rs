//! The totals and the live scopes as metrics, through the [`metrics`] facade.
//!
//! Nothing is recorded where a call is made: the runtime counts by itself, and
//! [`record`] hands what it has counted to whichever recorder is installed. Call
//! it before each scrape, or every few seconds with [`record_every`]. It takes a
//! [snapshot](crate::monitor::snapshot), and costs what that costs.
//!
//! The names are stable. What has a name in OpenTelemetry's [RPC conventions]
//! goes by that; the rest begins with `tonic_scope`. Exporters spell them as their
//! system does: Prometheus has `_` for each `.`.
//!
#![doc = include_str!("table.md")]
//!
//! The boundaries of the histogram's buckets are [`DURATION_BUCKETS`]. Give them
//! to the exporter: how often each was met is then exact, and so is the sum; only
//! within a bucket are all durations reported as their mean.
//!
//! Methods are no label: a call would have to be looked up by its method where it
//! ends. Scopes are, and a scope is mostly one method of a server.
//!
//! [`metrics`]: https://docs.rs/metrics
//! [RPC conventions]: https://opentelemetry.io/docs/specs/semconv/rpc/rpc-metrics/

mod durations;
mod names;
mod record;

pub(crate) use self::durations::record_call;
pub use self::{
    durations::DURATION_BUCKETS,
    names::{METRICS, Metric, MetricKind},
    record::{Recording, record, record_every},
};
