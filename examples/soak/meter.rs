//! What there is, by witnesses that the library cannot influence.

use std::{fs, time::Duration};

use memory_stats::memory_stats;
use serde_json::{Value, json};
use tokio::{runtime::Handle, time::sleep};
use tonic_scope::monitor;

use crate::Args;

/// Everything that is counted, at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reading {
    tasks: usize,
    sockets: usize,
    scopes: usize,
    rss_bytes: usize,
}

/// Reads the counts of the current runtime and this process, and remembers how memory went.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    base: Option<Reading>,
    /// After how many of the second half, and the resident memory then.
    samples: Vec<(f64, f64)>,
}

impl Meter {
    pub(crate) fn read() -> Reading {
        Reading {
            tasks: Handle::current().metrics().num_alive_tasks(),
            sockets: open_sockets(),
            scopes: monitor::live_scopes(),
            rss_bytes: memory_stats().map_or(0, |memory| memory.physical_mem),
        }
    }

    /// From now on, [`settle`](Self::settle) waits for these counts.
    pub(crate) fn follow(&mut self) {
        self.base = Some(Self::read());
    }

    /// Waits until nothing changes any more and the counts are what they were at the
    /// start, or, before that, only the server's own scope is left; at most ten
    /// seconds.
    pub(crate) async fn settle(&self) {
        let mut before = Self::read();
        for _ in 0..100 {
            sleep(Duration::from_millis(100)).await;
            let now = Self::read();
            let counts = |it: Reading| (it.tasks, it.sockets, it.scopes);
            let back = match self.base {
                Some(base) => counts(base) == counts(now),
                None => now.scopes == 1,
            };
            if back && counts(before) == counts(now) {
                return;
            }
            before = now;
        }
    }

    #[allow(
        clippy::cast_precision_loss,
        reason = "counts and bytes are far below 2^52"
    )]
    pub(crate) fn sample(&mut self, done: usize) {
        let rss = Self::read().rss_bytes;
        self.samples.push((done as f64, rss as f64));
    }

    /// Bytes for each cycle or stream of the second half: the line of least squares.
    #[allow(clippy::cast_precision_loss, reason = "there are few samples")]
    fn slope(&self) -> f64 {
        let n = self.samples.len().max(1) as f64;
        let mean = |pick: fn(&(f64, f64)) -> f64| self.samples.iter().map(pick).sum::<f64>() / n;
        let (x, y) = (mean(|it| it.0), mean(|it| it.1));
        let (mut up, mut down) = (0.0, 0.0);
        for (done, rss) in &self.samples {
            up += (done - x) * (rss - y);
            down += (done - x) * (done - x);
        }
        if down > 0.0 { up / down } else { 0.0 }
    }

    pub(crate) fn report(&self, args: &Args, readings: [Reading; 3]) -> Value {
        let each = |pick: fn(Reading) -> usize| {
            let [start, middle, end] = readings.map(pick);
            json!({ "start": start, "middle": middle, "end": end })
        };
        json!({
            "cycles": args.cycles,
            "streams": args.streams,
            "seed": args.seed,
            "tasks": each(|it| it.tasks),
            "sockets": each(|it| it.sockets),
            "scopes": each(|it| it.scopes),
            "rss_bytes": each(|it| it.rss_bytes),
            "rss_slope_bytes": self.slope(),
        })
    }
}

#[cfg(target_os = "linux")]
fn open_sockets() -> usize {
    let Ok(entries) = fs::read_dir("/proc/self/fd") else {
        return 0;
    };
    let targets = entries.filter_map(|entry| fs::read_link(entry.ok()?.path()).ok());
    targets
        .filter(|target| target.to_string_lossy().starts_with("socket:"))
        .count()
}

/// Elsewhere the descriptors are counted, which differ from the sockets by a constant here.
#[cfg(not(target_os = "linux"))]
fn open_sockets() -> usize {
    fs::read_dir("/dev/fd").map_or(0, Iterator::count)
}
