use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use super::{Deadline, Timer};

/// A [`Timer`] of eight bytes, for what seldom needs one.
///
/// It lives in a box that is made when it has to wait. Calls and their responses
/// are moved through many hands; most are ended by their scope's timer, and have
/// none of their own.
//
// Of no type that can be seen: whoever makes a call has the compiler look through all
// that it holds, for every handler anew, and a timer holds all of tokio's runtime. In
// two boxes, for one that holds a `dyn` is of sixteen bytes.
#[derive(Debug, Default)]
pub(crate) struct RareTimer(Option<Box<Pin<Box<dyn Wait>>>>);

trait Wait: fmt::Debug + Send + Sync {
    fn poll(self: Pin<&mut Self>, deadline: Deadline, cx: &mut Context<'_>) -> Poll<()>;
}

impl Wait for Timer {
    fn poll(self: Pin<&mut Self>, deadline: Deadline, cx: &mut Context<'_>) -> Poll<()> {
        Self::poll(self, deadline, cx)
    }
}

impl RareTimer {
    /// Ready once `deadline` has passed.
    pub(crate) fn poll(&mut self, deadline: Deadline, cx: &mut Context<'_>) -> Poll<()> {
        if deadline.is_over() {
            return Poll::Ready(());
        }
        let timer = self.0.get_or_insert_with(|| {
            let timer: Pin<Box<dyn Wait>> = Box::pin(Timer::default());
            Box::new(timer)
        });
        (**timer).as_mut().poll(deadline, cx)
    }
}
