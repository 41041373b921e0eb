//! The one list of all metrics: the documented table, what is described to the
//! recorder, and what the tests look for are made of it.

use metrics::Unit;

/// A metric of ours.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Metric {
    /// Its name, with dots.
    pub name: &'static str,
    /// Counter, gauge or histogram.
    pub kind: MetricKind,
    /// In what it is measured, after OpenTelemetry: `s`, or what is counted in
    /// braces.
    pub unit: &'static str,
    /// The labels that it has.
    pub labels: &'static [&'static str],
    /// What it tells.
    pub what: &'static str,
}

/// How the values of a metric are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MetricKind {
    /// It only grows.
    Counter,
    /// It is what there is now.
    Gauge,
    /// How often values were how large.
    Histogram,
}

pub(super) const CALL_DURATION: &str = "rpc.client.call.duration";
pub(super) const CALLS: &str = "tonic_scope.calls";
pub(super) const CALLS_LIVE: &str = "tonic_scope.calls.live";
pub(super) const CALLS_UNSCOPED: &str = "tonic_scope.calls.unscoped";
pub(super) const SCOPES_OPENED: &str = "tonic_scope.scopes.opened";
pub(super) const SCOPES_CLOSED: &str = "tonic_scope.scopes.closed";
pub(super) const SCOPES_LIVE: &str = "tonic_scope.scopes.live";
pub(super) const SCOPES_OLDEST: &str = "tonic_scope.scopes.oldest";
pub(super) const SCOPES_OVERDUE: &str = "tonic_scope.scopes.overdue";
pub(super) const SCOPES_OVERDUE_LIVE: &str = "tonic_scope.scopes.overdue.live";
pub(super) const TASKS_LIVE: &str = "tonic_scope.tasks.live";
pub(super) const CLIENTS_LIVE: &str = "tonic_scope.clients.live";
pub(super) const CONNECTIONS_LIVE: &str = "tonic_scope.connections.live";
pub(super) const STREAMS_LIVE: &str = "tonic_scope.streams.live";
pub(super) const LATE: &str = "tonic_scope.late";

pub(super) const SYSTEM: &str = "rpc.system.name";
pub(super) const STATUS: &str = "rpc.response.status_code";
pub(super) const REASON: &str = "reason";
pub(super) const SCOPE: &str = "scope";

/// All of them, in the order of the table.
pub const METRICS: &[Metric] = &[
    histogram(
        CALL_DURATION,
        "s",
        &[SYSTEM, STATUS],
        "how long calls of scopes took, to the end of their response streams",
    ),
    counter(
        CALLS,
        "{call}",
        &[SYSTEM, STATUS],
        "calls of scopes that are over",
    ),
    gauge(CALLS_LIVE, "{call}", &[SCOPE], "calls that are under way"),
    counter(
        CALLS_UNSCOPED,
        "{call}",
        &[],
        "calls of `Scoped` clients outside any scope",
    ),
    counter(SCOPES_OPENED, "{scope}", &[], "scopes that were opened"),
    counter(
        SCOPES_CLOSED,
        "{scope}",
        &[REASON],
        "scopes that have ended, by the reason for which they had closed",
    ),
    gauge(
        SCOPES_LIVE,
        "{scope}",
        &[SCOPE],
        "scopes that have not ended",
    ),
    gauge(SCOPES_OLDEST, "s", &[SCOPE], "the age of the oldest scope"),
    counter(
        SCOPES_OVERDUE,
        "{scope}",
        &[],
        "scopes that still held something when their grace was over",
    ),
    gauge(
        SCOPES_OVERDUE_LIVE,
        "{scope}",
        &[SCOPE],
        "of those, the ones that still do",
    ),
    gauge(
        TASKS_LIVE,
        "{task}",
        &[SCOPE],
        "tasks that are bound to a scope",
    ),
    gauge(
        CLIENTS_LIVE,
        "{client}",
        &[SCOPE],
        "clients that are bound to a scope, and attempts to make one",
    ),
    gauge(
        CONNECTIONS_LIVE,
        "{connection}",
        &[SCOPE],
        "connections that belong to a scope",
    ),
    gauge(
        STREAMS_LIVE,
        "{stream}",
        &[SCOPE],
        "streams that the owner of a scope yields",
    ),
    counter(
        LATE,
        "{bond}",
        &[],
        "what was to be bound to a scope that had closed",
    ),
];

const fn counter(
    name: &'static str,
    unit: &'static str,
    labels: &'static [&'static str],
    what: &'static str,
) -> Metric {
    Metric {
        name,
        kind: MetricKind::Counter,
        unit,
        labels,
        what,
    }
}

const fn gauge(
    name: &'static str,
    unit: &'static str,
    labels: &'static [&'static str],
    what: &'static str,
) -> Metric {
    Metric {
        name,
        kind: MetricKind::Gauge,
        unit,
        labels,
        what,
    }
}

const fn histogram(
    name: &'static str,
    unit: &'static str,
    labels: &'static [&'static str],
    what: &'static str,
) -> Metric {
    Metric {
        name,
        kind: MetricKind::Histogram,
        unit,
        labels,
        what,
    }
}

impl Metric {
    /// Tells the recorder what it is.
    pub(super) fn describe(&self) {
        let unit = match self.unit {
            "s" => Unit::Seconds,
            _ => Unit::Count,
        };
        match self.kind {
            MetricKind::Counter => metrics::describe_counter!(self.name, unit, self.what),
            MetricKind::Gauge => metrics::describe_gauge!(self.name, unit, self.what),
            MetricKind::Histogram => metrics::describe_histogram!(self.name, unit, self.what),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As in `table.md`.
    fn table() -> String {
        let mut table = "| name | kind | unit | labels | |\n|---|---|---|---|---|\n".to_owned();
        for metric in METRICS {
            let kind = format!("{:?}", metric.kind).to_lowercase();
            let labels = metric.labels.iter().map(|label| format!("`{label}`"));
            let labels = labels.collect::<Vec<_>>().join(", ");
            let (name, unit, what) = (metric.name, metric.unit, metric.what);
            let row = format!("| `{name}` | {kind} | `{unit}` | {labels} | {what} |\n");
            table.push_str(&row);
        }
        table
    }

    #[test]
    fn the_documented_table_is_that_of_the_metrics() {
        assert_eq!(
            include_str!("table.md"),
            table(),
            "put the right side into table.md"
        );
    }
}
