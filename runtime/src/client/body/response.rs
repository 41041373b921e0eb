use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Frame, SizeHint};
use pin_project::{pin_project, pinned_drop};
use tokio::time::Instant;
use tonic::{Code, Status};
use tower::BoxError;

use crate::{
    client::{call::Call, unscoped::Unscoped},
    deadline::Timer,
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
#[pin_project]
#[derive(Debug)]
pub struct ResponseBody<B> {
    #[pin]
    kind: Kind<B>,
}

#[pin_project(project = KindRef)]
#[derive(Debug)]
enum Kind<B> {
    /// Made outside any scope: passed through, and counted.
    Plain(#[pin] B, Unscoped),
    Bound(#[pin] Bound<B>),
}

#[pin_project(PinnedDrop)]
struct Bound<B> {
    call: Arc<Call<B>>,
    #[pin]
    timer: Timer,
    /// Since when somebody waits for the stream to move.
    waiting: Option<Instant>,
    ended: bool,
}

impl<B> ResponseBody<B> {
    pub(in crate::client) fn plain(body: B, unscoped: Unscoped) -> Self {
        Self {
            kind: Kind::Plain(body, unscoped),
        }
    }

    /// `ended`: there is no body to come, and this is the outcome.
    pub(in crate::client) fn bound(call: Arc<Call<B>>, ended: Option<Code>) -> Self
    where
        B: Send + 'static,
    {
        let mut bound = Bound {
            call,
            timer: Timer::default(),
            waiting: None,
            ended: false,
        };
        if let Some(outcome) = ended {
            end(&bound.call, &mut bound.ended, outcome);
        }
        Self {
            kind: Kind::Bound(bound),
        }
    }
}

/// An interceptor that refuses a call answers with one: a client made by
/// `with_interceptor` asks for it.
impl<B: Default> Default for ResponseBody<B> {
    fn default() -> Self {
        Self::plain(B::default(), Unscoped::default())
    }
}

impl<B> http_body::Body for ResponseBody<B>
where
    B: http_body::Body<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        match self.project().kind.project() {
            KindRef::Plain(body, unscoped) => {
                let polled = body.poll_frame(cx);
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
                polled.map_err(|error| Status::from_error(error.into()))
            }
            KindRef::Bound(bound) => bound.poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Plain(body, _) => body.is_end_stream(),
            Kind::Bound(bound) => {
                bound.ended
                    || bound
                        .call
                        .response()
                        .with(|body| body.is_end_stream())
                        .unwrap_or(false)
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Plain(body, _) => body.size_hint(),
            Kind::Bound(bound) if bound.ended => SizeHint::with_exact(0),
            Kind::Bound(bound) => bound
                .call
                .response()
                .with(|body| body.size_hint())
                .unwrap_or_default(),
        }
    }
}

impl<B> Bound<B>
where
    B: http_body::Body<Data = Bytes> + Unpin,
    B::Error: Into<BoxError>,
{
    /// Polling order: the body, so that what has arrived is delivered; then
    /// the close; then the timer.
    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let this = self.project();
        if *this.ended {
            return Poll::Ready(None);
        }
        match this
            .call
            .response()
            .with(|body| Pin::new(body).poll_frame(cx))
        {
            Ok(Poll::Ready(Some(Ok(mut frame)))) => {
                *this.waiting = None;
                this.call.moved();
                if let Some(trailers) = frame.trailers_mut() {
                    let mut outcome = status::said(trailers).unwrap_or(Code::Unknown);
                    if let Some(error) = this.call.meant(Some(outcome)) {
                        let status = Status::from(error);
                        status::write(trailers, &status);
                        outcome = status.code();
                    }
                    end(this.call, this.ended, outcome);
                }
                return Poll::Ready(Some(Ok(frame)));
            }
            Ok(Poll::Ready(Some(Err(error)))) => {
                // As an end of ours: an error of the body would surface twice.
                let status = this.call.explain(error.into());
                end(this.call, this.ended, status.code());
                return Poll::Ready(Some(Ok(Frame::trailers(trailers(&status)))));
            }
            Ok(Poll::Ready(None)) => {
                end(this.call, this.ended, Code::Unknown);
                return Poll::Ready(None);
            }
            Ok(Poll::Pending) | Err(_) => {}
        }
        if this.call.limits().idle.is_some() {
            this.waiting.get_or_insert_with(Instant::now);
        }
        match this.call.poll_over(this.timer, *this.waiting, cx) {
            Poll::Ready(error) => {
                let status = Status::from(error);
                end(this.call, this.ended, status.code());
                Poll::Ready(Some(Ok(Frame::trailers(trailers(&status)))))
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

/// Released here and not only on drop: `Streaming` keeps its body at the end.
fn end<B>(call: &Call<B>, ended: &mut bool, outcome: Code) {
    *ended = true;
    call.end_response(outcome);
}

fn trailers(status: &Status) -> HeaderMap {
    let mut trailers = HeaderMap::new();
    status::write(&mut trailers, status);
    trailers
}

#[pinned_drop]
impl<B> PinnedDrop for Bound<B> {
    fn drop(self: Pin<&mut Self>) {
        if !self.ended {
            self.call.give_up();
        }
    }
}

impl<B> fmt::Debug for Bound<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bound")
            .field("call", &self.call)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}
