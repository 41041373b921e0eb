use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use metrics::{counter, gauge, histogram};
use tokio::{runtime::Handle, task::AbortHandle, time::interval};

use super::{
    durations,
    names::{
        CALL_DURATION, CALLS, CALLS_LIVE, CALLS_UNSCOPED, CLIENTS_LIVE, CONNECTIONS_LIVE, LATE,
        METRICS, REASON, SCOPE, SCOPES_CLOSED, SCOPES_LIVE, SCOPES_OLDEST, SCOPES_OPENED,
        SCOPES_OVERDUE, SCOPES_OVERDUE_LIVE, STATUS, STREAMS_LIVE, SYSTEM, TASKS_LIVE,
    },
};
use crate::monitor::{
    ScopeSnapshot, Snapshot, Totals, What, snapshot,
    thresholds::WatchError,
    totals::{CODES, name_of},
};

/// Hands the present values to the recorder of the process.
///
/// Counters are set to what has been counted since the process began; of the
/// histogram each call is handed on once, to the recorder that is installed then.
///
/// # Examples
///
/// ```
/// use tonic_scope::monitor::metrics;
///
/// /// What is served at `/metrics`; `render` is the exporter's.
/// fn scrape(render: impl Fn() -> String) -> String {
///     metrics::record();
///     render()
/// }
/// # assert_eq!(scrape(String::new), "");
/// ```
pub fn record() {
    METRICS.iter().for_each(super::Metric::describe);
    let snapshot = snapshot();
    totals(&snapshot.totals);
    scopes(&snapshot);
    durations::take(|outcome, seconds, calls| {
        histogram!(CALL_DURATION, SYSTEM => "grpc", STATUS => CODES[outcome])
            .record_many(seconds, calls);
    });
}

/// [`record`]s at once and at each interval, by a task of the current runtime, until
/// what this returns is dropped.
///
/// # Errors
///
/// There is no tokio runtime here.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tonic_scope::monitor::{metrics, thresholds::WatchError};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), WatchError> {
/// // ... install a recorder, and then, as long as it is there:
/// let recording = metrics::record_every(Duration::from_secs(10))?;
/// // Or, without a task, before each scrape:
/// metrics::record();
/// # drop(recording);
/// # Ok(())
/// # }
/// ```
pub fn record_every(period: Duration) -> Result<Recording, WatchError> {
    let runtime = Handle::try_current().map_err(|_| WatchError::new())?;
    // An interval of zero would panic.
    let period = period.max(Duration::from_millis(1));
    let task = runtime.spawn(async move {
        let mut ticks = interval(period);
        loop {
            ticks.tick().await;
            record();
        }
    });
    Ok(Recording(task.abort_handle()))
}

/// Metrics that are being recorded, until this is dropped.
#[derive(Debug)]
#[must_use = "dropping it ends the recording"]
pub struct Recording(AbortHandle);

impl Drop for Recording {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn totals(totals: &Totals) {
    counter!(SCOPES_OPENED).absolute(totals.opened);
    counter!(SCOPES_OVERDUE).absolute(totals.overdue);
    counter!(LATE).absolute(totals.late);
    counter!(CALLS_UNSCOPED).absolute(totals.unscoped_calls);
    for (reason, count) in totals.closed.iter() {
        counter!(SCOPES_CLOSED, REASON => reason.as_str()).absolute(count);
    }
    for (code, count) in totals.calls.iter() {
        counter!(CALLS, SYSTEM => "grpc", STATUS => name_of(code)).absolute(count);
    }
}

/// What the scopes of a name come to.
#[derive(Default)]
struct Sums {
    live: u32,
    oldest: Duration,
    overdue: u32,
    calls: u32,
    tasks: u32,
    clients: u32,
    connections: u32,
    streams: u32,
}

fn scopes(snapshot: &Snapshot) {
    /// The names that have been told of: one that is gone has to be set to zero.
    static KNOWN: Mutex<Option<HashSet<&str>>> = Mutex::new(None);

    let mut sums: HashMap<&'static str, Sums> = HashMap::new();
    for scope in &snapshot.scopes {
        sums.entry(scope.name).or_default().add(scope);
    }
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known_names = known.get_or_insert_default();
    known_names.extend(sums.keys());
    let names: Vec<_> = known_names.iter().copied().collect();
    drop(known);
    for name in names {
        sums.remove(name).unwrap_or_default().set(name);
    }
}

impl Sums {
    fn add(&mut self, scope: &ScopeSnapshot) {
        self.live += 1;
        self.oldest = self.oldest.max(scope.age);
        self.overdue += u32::from(scope.overdue);
        for bond in &scope.bonds {
            match bond.what {
                What::Call { .. } => self.calls += 1,
                What::Task { .. } => self.tasks += 1,
                What::Client { .. } => self.clients += 1,
                What::Connection { .. } => self.connections += 1,
                What::Stream { .. } => self.streams += 1,
                What::Cleanup { .. } => {}
            }
        }
    }

    fn set(&self, name: &'static str) {
        gauge!(SCOPES_OLDEST, SCOPE => name).set(self.oldest.as_secs_f64());
        for (metric, count) in [
            (SCOPES_LIVE, self.live),
            (SCOPES_OVERDUE_LIVE, self.overdue),
            (CALLS_LIVE, self.calls),
            (TASKS_LIVE, self.tasks),
            (CLIENTS_LIVE, self.clients),
            (CONNECTIONS_LIVE, self.connections),
            (STREAMS_LIVE, self.streams),
        ] {
            gauge!(metric, SCOPE => name).set(f64::from(count));
        }
    }
}
