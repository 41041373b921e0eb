//! The counts of a run as time passes, from before its first cycle until they have settled.

use std::{marker::PhantomData, time::Duration};

use tokio::time::{Instant, sleep};

use crate::{
    measure::{Meter, Reading},
    mode::Mode,
    progress::Progress,
};

/// The time from one sample to the next.
const SAMPLE_EVERY: Duration = Duration::from_millis(100);
/// How long the counts may take, after the last cycle, to come back to where they started. All
/// modes are given the same time, and each stops waiting once it is there.
const SETTLE: Duration = Duration::from_secs(3);
const SETTLE_POLL: Duration = Duration::from_millis(20);

/// The counts at one moment of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) at: Duration,
    pub(crate) reading: Reading,
}

/// Takes the samples of one run, and shows them.
#[derive(Debug)]
pub(crate) struct Log<M> {
    meter: Meter,
    progress: Progress,
    began: Instant,
    samples: Vec<Sample>,
    start: Reading,
    mode: PhantomData<M>,
}

impl<M: Mode> Log<M> {
    /// Takes the first sample: the fleet is up, and nobody has called anybody.
    pub(crate) fn start(mut meter: Meter, progress: Progress) -> Self {
        let start = meter.read();
        let samples = vec![Sample {
            at: Duration::ZERO,
            reading: start,
        }];
        Self {
            meter,
            progress,
            began: Instant::now(),
            samples,
            start,
            mode: PhantomData,
        }
    }

    /// Takes a sample if one is due.
    pub(crate) fn cycle(&mut self, cycle: u64) {
        let due = self
            .samples
            .last()
            .is_none_or(|last| self.began.elapsed() >= last.at + SAMPLE_EVERY);
        if due {
            let reading = self.sample();
            self.progress.show(cycle, reading, M::live_scopes());
        }
    }

    /// Waits until the counts are back where they started, or `SETTLE` has passed.
    pub(crate) async fn settle(&mut self, cycle: u64) {
        let settling = Instant::now();
        loop {
            let reading = self.sample();
            self.progress.show(cycle, reading, M::live_scopes());
            if self.is_back(reading) || settling.elapsed() >= SETTLE {
                break self.progress.finish();
            }
            sleep(SETTLE_POLL).await;
        }
    }

    pub(crate) fn into_samples(self) -> Vec<Sample> {
        self.samples
    }

    fn is_back(&self, now: Reading) -> bool {
        now.tasks <= self.start.tasks
            && now.sockets <= self.start.sockets
            && M::live_scopes().unwrap_or(0) == 0
    }

    fn sample(&mut self) -> Reading {
        let reading = self.meter.read();
        self.samples.push(Sample {
            at: self.began.elapsed(),
            reading,
        });
        reading
    }
}
