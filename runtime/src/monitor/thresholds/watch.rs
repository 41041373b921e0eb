use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use tokio::{
    runtime::Handle,
    task::AbortHandle,
    time::{Instant, MissedTickBehavior, interval},
};

use super::{Crossing, Thresholds, WatchError, look::Looks};
use crate::{monitor::snapshot, panics};

/// Thresholds that are being watched, until this is dropped.
#[derive(Debug)]
#[must_use = "dropping it ends the watch"]
pub struct Watch(AbortHandle);

impl Thresholds {
    /// Watches them by a task of the current runtime: looks now and at each
    /// interval, and calls `on` for each crossing and each recovery, which are
    /// `tracing` events as well.
    ///
    /// `on` is called by that task and must not block. If it panics, that is
    /// reported and the watch goes on.
    ///
    /// # Errors
    ///
    /// There is no tokio runtime here.
    pub fn watch<F>(self, on: F) -> Result<Watch, WatchError>
    where
        F: FnMut(&Crossing) + Send + 'static,
    {
        let runtime = Handle::try_current().map_err(|_| WatchError::new())?;
        let every = self.every;
        let task = runtime.spawn(look(Looks::new(self), every, on));
        Ok(Watch(task.abort_handle()))
    }
}

async fn look(mut looks: Looks, every: Duration, mut on: impl FnMut(&Crossing)) {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        for crossing in looks.at(&snapshot(), Instant::now()) {
            report(&crossing);
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| on(&crossing))) {
                let said = panics::message(&*payload);
                tracing::error!(said, "the callback of a threshold panicked");
            }
        }
    }
}

fn report(crossing: &Crossing) {
    let Crossing {
        measure,
        scope,
        value,
        level,
        raised,
    } = crossing;
    let scope = scope.as_deref().unwrap_or("all");
    if *raised {
        tracing::warn!(%measure, scope, %value, %level, "a threshold was crossed");
    } else {
        tracing::info!(%measure, scope, %value, %level, "what had crossed a threshold has recovered");
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.abort();
    }
}
