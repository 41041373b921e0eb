use std::{
    pin::Pin,
    task::{Context, Poll},
};

use super::{Deadline, Timer};

/// A [`Timer`] of eight bytes, for what seldom needs one.
///
/// It lives in a box that is made when it has to wait. Calls and their responses
/// are moved through many hands; most are ended by their scope's timer, and have
/// none of their own.
#[derive(Debug, Default)]
pub(crate) struct RareTimer(Option<Pin<Box<Timer>>>);

impl RareTimer {
    /// Ready once `deadline` has passed.
    pub(crate) fn poll(&mut self, deadline: Deadline, cx: &mut Context<'_>) -> Poll<()> {
        if deadline.is_over() {
            return Poll::Ready(());
        }
        let timer = self.0.get_or_insert_with(|| Box::pin(Timer::default()));
        timer.as_mut().poll(deadline, cx)
    }
}
