use std::{
    pin::Pin,
    task::{Context, Poll},
};

use pin_project::pin_project;
use tokio::{
    runtime::Handle,
    time::{Sleep, sleep_until},
};

use super::Deadline;

/// A timer that costs nothing until it has to wait.
///
/// It differs from [`Sleep`] in two ways. It is armed by the first poll that
/// finds its deadline still ahead, so work that never waits never registers
/// one. And it asks the clock before it asks the timer wheel: a task that is
/// woken for another reason sees at once that its time is over, even where the
/// wheel has not fired yet. Invariant 7 rests on that: when tonic's own timer
/// wakes the task, ours has already passed.
#[pin_project]
#[derive(Debug, Default)]
pub(crate) struct Timer {
    #[pin]
    sleep: Option<Sleep>,
}

impl Timer {
    /// Ready once `deadline` has passed.
    ///
    /// Outside a runtime nothing can wake the task; the deadline is then seen
    /// by the next poll.
    pub(crate) fn poll(self: Pin<&mut Self>, deadline: Deadline, cx: &mut Context<'_>) -> Poll<()> {
        if deadline.is_over() {
            return Poll::Ready(());
        }
        self.set(deadline, cx)
    }

    /// The same, for who has looked at the clock a moment ago: a deadline that has
    /// passed since then is seen by the wheel.
    pub(crate) fn set(self: Pin<&mut Self>, deadline: Deadline, cx: &mut Context<'_>) -> Poll<()> {
        let mut sleep = self.project().sleep;
        match sleep.as_mut().as_pin_mut() {
            Some(armed) if armed.deadline() == deadline.0 => {}
            Some(armed) => armed.reset(deadline.0),
            None if Handle::try_current().is_ok() => sleep.set(Some(sleep_until(deadline.0))),
            None => return Poll::Pending,
        }
        match sleep.as_pin_mut() {
            Some(armed) => armed.poll(cx),
            None => Poll::Pending,
        }
    }

    /// Whether `deadline` has passed, for whoever polled for it last and is woken by
    /// it: where that is the wheel's business, the clock is not asked.
    pub(crate) fn is_past(&self, deadline: Deadline) -> bool {
        match &self.sleep {
            Some(armed) => armed.is_elapsed(),
            None => deadline.is_over(),
        }
    }
}
