use std::{
    fmt,
    panic::{self, AssertUnwindSafe},
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Frame, SizeHint};
use tonic::{Code, Status};

use super::counts::Counted;
use crate::{
    error::ScopeError,
    held::{Owned, Yield},
    lifecycle::CloseReason,
    scope::Owner,
    status,
};

/// A response's body, which owns the scope of its request.
///
/// The scope closes when the body ends or is dropped. When it is closed
/// otherwise, the handler's body is dropped there and then, polled or not, and
/// this one ends with trailers that say why.
pub struct ServerBody<B: http_body::Body> {
    /// `None` once the body has ended.
    live: Option<Live<B>>,
    counted: Option<Counted>,
}

type Live<B> = Owned<B, Result<Frame<Bytes>, <B as http_body::Body>::Error>>;

impl<B> ServerBody<B>
where
    B: http_body::Body<Data = Bytes> + Unpin + Send + 'static,
{
    pub(super) fn owning(body: B, owner: Owner) -> Self {
        Self {
            live: Some(Owned::new(body, owner)),
            counted: None,
        }
    }
}

impl<B: http_body::Body> ServerBody<B> {
    /// Says where its end counts.
    pub(super) fn counted(mut self, counted: Option<Counted>) -> Self {
        // One that has ended already is not waited for.
        self.counted = counted.filter(|_| self.live.is_some());
        self
    }
}

impl<B> http_body::Body for ServerBody<B>
where
    B: http_body::Body<Data = Bytes> + Unpin,
{
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let Some(live) = &mut self.live else {
            return Poll::Ready(None);
        };
        let closed = |error: ScopeError| Ok(trailers(&error.into()));
        let polled = panic::catch_unwind(AssertUnwindSafe(|| live.poll_next(cx, poll, closed)));
        let next = ready!(polled.unwrap_or_else(|_| {
            let last = Ok(trailers(&status::panicked()));
            live.close(CloseReason::Panicked, Some(last), closed);
            live.poll_next(cx, poll, closed)
        }));
        if live.has_ended() {
            let reason = live.reason();
            self.live = None;
            if let (Some(counted), Some(CloseReason::Panicked)) = (self.counted.take(), reason) {
                counted.counts.panicked();
            }
        }
        Poll::Ready(next)
    }

    fn is_end_stream(&self) -> bool {
        // The handler's body is gone before its last frame is handed out.
        self.live.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        match &self.live {
            Some(live) => live.with(|body| body.size_hint()).unwrap_or_default(),
            None => SizeHint::with_exact(0),
        }
    }
}

fn poll<B>(body: &mut B, cx: &mut Context<'_>) -> Poll<Yield<Result<Frame<Bytes>, B::Error>>>
where
    B: http_body::Body<Data = Bytes> + Unpin,
{
    let frame = ready!(Pin::new(&mut *body).poll_frame(cx));
    Poll::Ready(match frame {
        Some(Ok(frame)) if frame.is_data() && !body.is_end_stream() => Yield::Message(Ok(frame)),
        last => Yield::Last(reason(last.as_ref()), last),
    })
}

fn trailers(status: &Status) -> Frame<Bytes> {
    Frame::trailers(status::trailers(status))
}

fn reason<E>(last: Option<&Result<Frame<Bytes>, E>>) -> CloseReason {
    match last {
        None => CloseReason::Completed,
        Some(Err(_)) => CloseReason::Failed,
        Some(Ok(frame)) => frame.trailers_ref().map_or(CloseReason::Completed, said),
    }
}

/// How the scope of a request closes whose response ends with these headers, or with
/// these trailers.
pub(super) fn said(headers: &HeaderMap) -> CloseReason {
    match status::said(headers) {
        Some(Code::Ok) | None => CloseReason::Completed,
        Some(_) => CloseReason::Failed,
    }
}

/// No body.
impl<B: http_body::Body> Default for ServerBody<B> {
    fn default() -> Self {
        Self {
            live: None,
            counted: None,
        }
    }
}

impl<B: http_body::Body> fmt::Debug for ServerBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerBody")
            .field("ended", &self.live.is_none())
            .finish_non_exhaustive()
    }
}

/// The handler's body is moved in and out of its place, so it is `Unpin` itself.
impl<B: http_body::Body> Unpin for ServerBody<B> {}
