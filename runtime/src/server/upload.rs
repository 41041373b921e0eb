use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use pin_project::pin_project;
use tokio::time::Instant;
use tonic::{Code, Status, body::Body};

use crate::{
    deadline::{Deadline, Timer},
    lifecycle::{CloseReason, Lifecycle},
    scope::{Scope, ambient},
};

/// A request's body that tells a reset from an end, and an upload that has stopped
/// from one that is slow.
///
/// tonic's decoder takes `CANCELLED` from a request's body for the end of the
/// upload, so the reset goes by another code.
///
/// Two scopes may limit how long it stands still: that of the request, and that of
/// whoever reads it, such as a handler with `#[scoped(idle = "..")]`. Time counts
/// only while somebody waits for the next message, and while the response stands
/// still as well.
#[pin_project]
pub(super) struct Upload {
    body: Body,
    request: Scope,
    #[pin]
    timer: Timer,
    /// Since when somebody waits for the next message.
    waiting: Option<Instant>,
}

impl Upload {
    pub(super) fn new(body: Body, request: Scope) -> Self {
        Self {
            body,
            request,
            timer: Timer::default(),
            waiting: None,
        }
    }
}

impl http_body::Body for Upload {
    type Data = Bytes;
    type Error = Status;

    /// Polling order: the body, so that what has arrived is delivered; then the
    /// timer.
    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let mut this = self.project();
        if let Poll::Ready(polled) = Pin::new(this.body).poll_frame(cx) {
            *this.waiting = None;
            this.request.lifecycle().moved();
            ambient::with(|reader| reader.lifecycle().moved());
            return Poll::Ready(polled.map(|frame| frame.map_err(explain)));
        }
        let reader = ambient::current();
        let scopes = [reader.as_ref(), Some(this.request)];
        loop {
            let limits = scopes.into_iter().flatten().map(Scope::lifecycle);
            let first = limits
                .filter_map(|scope| Some((still_until(scope, this.waiting)?, scope)))
                .min_by_key(|(still, _)| *still);
            let Some((still, scope)) = first else {
                return Poll::Pending;
            };
            ready!(this.timer.as_mut().poll(still, cx));
            // The response may have moved since the timer was set.
            if still_until(scope, this.waiting) == Some(still) {
                scope.close(CloseReason::Idle);
                let error = Scope::closed_error(scope);
                return Poll::Ready(Some(Err(error.into())));
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// When the scope's streams will have stood still for too long for somebody who
/// waits.
fn still_until(scope: &Lifecycle, waiting: &mut Option<Instant>) -> Option<Deadline> {
    let idle = scope.meta().idle?;
    let since = *waiting.get_or_insert_with(Instant::now);
    let waited = Deadline::at(since, idle.into());
    scope.still_until().map(|still| still.max(waited))
}

fn explain(status: Status) -> Status {
    match status.code() {
        Code::Cancelled => {
            Status::aborted("the caller cancelled the call before its upload was complete")
        }
        _ => status,
    }
}
