//! An operator who looks at the process, from a thread of its own.

use std::{
    net::SocketAddr,
    sync::{OnceLock, mpsc},
    thread::{self, JoinHandle},
    time::Duration,
};

use metrics_util::debugging::{DebuggingRecorder, Snapshotter};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tonic_scope::monitor::{
    self,
    thresholds::{Measure, Thresholds},
};
use tonic_scope_tests::http1;

use super::world::one_thread;

#[derive(Clone, Copy)]
pub(crate) enum Look {
    /// At nothing: a thread that wakes up beside the others, for comparison. An allocator
    /// goes other ways where there is more than one.
    Nothing,
    /// At snapshots, beside thresholds that are watched.
    Snapshots,
    /// At all there is: the same thresholds, metrics that are recorded, and a console
    /// that is read.
    Everything,
}

/// Looks until it is dropped.
pub(crate) struct Operator {
    over: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl Operator {
    /// Returns when it has looked once.
    pub(crate) fn at_work(look: Look, period: Duration) -> Self {
        let over = CancellationToken::new();
        let (looked, has_looked) = mpsc::channel();
        let end = over.clone();
        let thread = thread::spawn(move || {
            one_thread().block_on(async {
                end.run_until_cancelled(look_on(look, period, &looked))
                    .await
            });
        });
        has_looked.recv().expect("a look");
        Self {
            over,
            thread: Some(thread),
        }
    }
}

impl Drop for Operator {
    fn drop(&mut self) {
        self.over.cancel();
        let thread = self.thread.take().map(JoinHandle::join);
        thread.expect("it is dropped once").expect("no panic");
    }
}

/// Tells of each look; only of the first one somebody wants to know.
async fn look_on(look: Look, period: Duration, looked: &mpsc::Sender<()>) {
    if let Look::Nothing = look {
        loop {
            let _ = looked.send(());
            sleep(period).await;
        }
    }
    let watch = thresholds(period).watch(|crossing| println!("{crossing}"));
    let _watch = watch.expect("a runtime");
    if let Look::Snapshots = look {
        loop {
            drop(monitor::snapshot());
            let _ = looked.send(());
            sleep(period).await;
        }
    }
    let readings = readings();
    let recording = monitor::metrics::record_every(period);
    let _recording = recording.expect("a runtime");
    let console = monitor::serve("127.0.0.1:0").await.expect("a port");
    loop {
        read(console.local_addr()).await;
        drop(readings.snapshot());
        let _ = looked.send(());
        sleep(period).await;
    }
}

/// Of everything that can be measured, and never crossed.
fn thresholds(period: Duration) -> Thresholds {
    const NEVER: u64 = 1_000_000_000;
    [
        Measure::LiveScopes,
        Measure::Tasks,
        Measure::Clients,
        Measure::Connections,
        Measure::Streams,
        Measure::GrowthPerMinute,
        Measure::Overdue,
    ]
    .into_iter()
    .fold(Thresholds::builder(), |thresholds, measure| {
        thresholds.above(measure, NEVER)
    })
    .above(Measure::Oldest, Duration::from_secs(NEVER))
    .every(period)
    .build()
    .expect("they agree")
}

/// Of the recorder of the process, which can be installed once.
pub(crate) fn readings() -> &'static Snapshotter {
    static READINGS: OnceLock<Snapshotter> = OnceLock::new();
    READINGS.get_or_init(|| {
        let recorder = DebuggingRecorder::new();
        let readings = recorder.snapshotter();
        recorder.install().expect("there is no other");
        readings
    })
}

/// What the page asks for, and what a program does.
async fn read(console: SocketAddr) {
    let (address, host) = (console.to_string(), format!("Host: {console}"));
    for line in ["GET /view.json", "GET /snapshot.json"] {
        let answer = http1(&address, line, &[&host], "").await;
        assert_eq!(answer.status, 200, "{line}");
    }
}
