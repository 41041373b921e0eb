use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};
use tokio::time::Instant;
use tonic::{Code, Status, body::Body};

use crate::{
    client::{call::Call, unscoped::Unscoped},
    deadline::RareTimer,
    status,
};

/// The response of a call, bound if the call is.
///
/// A bound one ends with exactly one outcome (invariant 9). An end of ours is
/// written as trailers, as a peer would send it: an error in their place would
/// be reported twice by tonic's `Streaming`.
///
/// # Cancel safety
///
/// Dropping it cancels the call: the peer sees the stream being reset, also while
/// the upload goes on.
//
// No generics: the transport's body is tonic's, or is made one. A user's call is
// type-checked where it is made, through all that its types consist of.
#[derive(Debug)]
pub struct ResponseBody {
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    /// Made outside any scope: passed through, and counted.
    Plain(Body, Unscoped),
    Bound(Bound),
}

struct Bound {
    call: Arc<dyn Answered>,
    state: State,
}

#[derive(Default)]
struct State {
    timer: RareTimer,
    /// Since when somebody waits for the stream to move.
    waiting: Option<Instant>,
    /// Who waits, and is woken by the end of the call.
    waiter: Option<Waker>,
    ended: bool,
}

impl ResponseBody {
    pub(in crate::client) fn plain(body: Body, unscoped: Unscoped) -> Self {
        Self {
            kind: Kind::Plain(body, unscoped),
        }
    }

    /// `ended`: there is no body to come, and this is the outcome.
    pub(in crate::client) fn bound(call: Arc<Call>, ended: Option<Code>) -> Self {
        let mut state = State::default();
        if let Some(outcome) = ended {
            state.end(&call, outcome);
        }
        Self {
            kind: Kind::Bound(Bound { call, state }),
        }
    }
}

/// An interceptor that refuses a call answers with one: a client made by
/// `with_interceptor` asks for it.
impl Default for ResponseBody {
    fn default() -> Self {
        Self::plain(Body::default(), Unscoped::default())
    }
}

impl http_body::Body for ResponseBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        match &mut self.get_mut().kind {
            Kind::Plain(body, unscoped) => {
                let polled = Pin::new(body).poll_frame(cx);
                // As for one that is bound: `Streaming` keeps its body.
                match &polled {
                    Poll::Ready(Some(Ok(frame))) => {
                        if let Some(trailers) = frame.trailers_ref() {
                            unscoped.end(status::said(trailers) == Some(Code::Ok));
                        }
                    }
                    Poll::Ready(_) => unscoped.end(false),
                    Poll::Pending => {}
                }
                polled
            }
            Kind::Bound(Bound { call, state }) => call.poll_frame(state, cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Plain(body, _) => body.is_end_stream(),
            Kind::Bound(bound) => bound.state.ended || bound.call.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Plain(body, _) => body.size_hint(),
            Kind::Bound(bound) if bound.state.ended => SizeHint::with_exact(0),
            Kind::Bound(bound) => bound.call.size_hint(),
        }
    }
}

/// The call of a response, without its type.
//
// Whoever makes a call has the compiler look through all that its response holds, for
// every handler anew, to see that it is `Send`; and a call holds all that a scope does.
trait Answered: fmt::Debug + Send + Sync {
    fn poll_frame(
        &self,
        state: &mut State,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>>;

    fn is_end_stream(&self) -> bool;

    fn size_hint(&self) -> SizeHint;

    /// Nobody waits for the rest.
    fn give_up(&self);
}

impl Answered for Call {
    /// Polling order: the body, so that what has arrived is delivered; then
    /// the close; then the timer.
    fn poll_frame(
        &self,
        state: &mut State,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if state.ended {
            return Poll::Ready(None);
        }
        match self.response().with(|body| Pin::new(body).poll_frame(cx)) {
            Ok(Poll::Ready(Some(Ok(mut frame)))) => {
                state.waiting = None;
                self.moved();
                if let Some(trailers) = frame.trailers_mut() {
                    let mut outcome = status::said(trailers).unwrap_or(Code::Unknown);
                    if let Some(error) = self.meant(Some(outcome)) {
                        let status = Status::from(error);
                        status::write(trailers, &status);
                        outcome = status.code();
                    }
                    state.end(self, outcome);
                }
                return Poll::Ready(Some(Ok(frame)));
            }
            Ok(Poll::Ready(Some(Err(error)))) => {
                // As an end of ours: an error of the body would surface twice.
                let status = self.explain(error.into());
                state.end(self, status.code());
                return Poll::Ready(Some(Ok(Frame::trailers(status::trailers(&status)))));
            }
            Ok(Poll::Ready(None)) => {
                state.end(self, Code::Unknown);
                return Poll::Ready(None);
            }
            Ok(Poll::Pending) | Err(_) => {}
        }
        if self.limits().idle.is_some() {
            state.waiting.get_or_insert_with(Instant::now);
        }
        // A stream is polled far more often than it moves to another task. Nobody
        // has been woken yet: that is done once, by a scope that has closed.
        if !(state.waiter.as_ref()).is_some_and(|waiter| waiter.will_wake(cx.waker())) {
            state.waiter = Some(cx.waker().clone());
            self.caller().register(cx.waker());
        }
        match self.poll_over(&mut state.timer, state.waiting, cx) {
            Poll::Ready(error) => {
                let status = Status::from(error);
                state.end(self, status.code());
                Poll::Ready(Some(Ok(Frame::trailers(status::trailers(&status)))))
            }
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        let ended = self.response().with(|body| body.is_end_stream());
        ended.unwrap_or(false)
    }

    fn size_hint(&self) -> SizeHint {
        let hint = self.response().with(|body| body.size_hint());
        hint.unwrap_or_default()
    }

    fn give_up(&self) {
        self.give_up();
    }
}

impl State {
    /// Released here and not only on drop: `Streaming` keeps its body at the end.
    fn end(&mut self, call: &Call, outcome: Code) {
        self.ended = true;
        call.end_response(outcome);
    }
}

impl Drop for Bound {
    fn drop(&mut self) {
        if !self.state.ended {
            self.call.give_up();
        }
    }
}

impl fmt::Debug for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bound")
            .field("call", &self.call)
            .field("ended", &self.state.ended)
            .finish_non_exhaustive()
    }
}
