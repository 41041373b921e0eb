//! One run of one mode: start the fleet, count, turn the cycles, let it settle, count again.

use std::time::Duration;

use tokio::{
    runtime,
    time::{MissedTickBehavior, interval},
};

use crate::{
    calls::{Calls, Outcomes},
    fleet::Fleet,
    interrupt::Interrupt,
    log::{Log, Sample},
    measure::{Meter, Reading},
    mode::Mode,
    progress::Progress,
    services::Services,
};

/// How long a runtime may take to drop what its mode has leaked.
const TEARDOWN: Duration = Duration::from_secs(10);

/// What to run; the same for all modes.
#[derive(Debug)]
pub(crate) struct Workload {
    pub(crate) services: Services,
    pub(crate) cycles: u64,
    pub(crate) seed: u64,
    pub(crate) interrupt: Interrupt,
}

/// What came of one run.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) mode: &'static str,
    /// The cycles that were run: fewer than asked for after a Ctrl-C.
    pub(crate) cycles: u64,
    pub(crate) outcomes: Outcomes,
    /// How many connections the services have accepted.
    pub(crate) connections: u64,
    pub(crate) scopes_end: Option<usize>,
    samples: Vec<Sample>,
}

impl Workload {
    /// Runs a mode on a runtime of its own, whose end takes along whatever the mode has leaked.
    pub(crate) fn run<M: Mode>(&self) -> anyhow::Result<Record> {
        let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
        let meter = Meter::new(runtime.handle().clone());
        let record = runtime.block_on(self.cycles::<M>(meter));
        runtime.shutdown_timeout(TEARDOWN);
        record
    }

    async fn cycles<M: Mode>(&self, meter: Meter) -> anyhow::Result<Record> {
        let mut fleet = Fleet::start::<M>(&self.services, self.seed).await?;
        let calls = Calls::default();
        let mut log = Log::<M>::start(meter, Progress::new(M::NAME, self.cycles));
        let mut tick = interval(self.services.tick);
        // A cycle that took longer than a tick is not made up for by a burst of short ones.
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut cycle = 0;
        while cycle < self.cycles && !self.interrupt.is_raised() {
            tick.tick().await;
            fleet.turn_to::<M>(cycle).await;
            fleet.tick::<M>(&calls, cycle).await;
            cycle += 1;
            log.cycle(cycle);
        }
        fleet.recover::<M>().await;
        M::close().await;
        log.settle(cycle).await;
        Ok(Record {
            mode: M::NAME,
            cycles: cycle,
            outcomes: calls.outcomes(),
            connections: fleet.accepted(),
            scopes_end: M::live_scopes(),
            samples: log.into_samples(),
        })
    }
}

impl Record {
    /// The counts before the first cycle.
    pub(crate) fn start(&self) -> Reading {
        self.samples
            .first()
            .map_or_else(Reading::default, |sample| sample.reading)
    }

    /// The counts after the last cycle, once they had settled.
    pub(crate) fn end(&self) -> Reading {
        self.samples
            .last()
            .map_or_else(Reading::default, |sample| sample.reading)
    }

    pub(crate) fn samples(&self) -> &[Sample] {
        &self.samples
    }
}
