use std::{
    fmt,
    panic::{self, AssertUnwindSafe},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Frame, SizeHint};
use tonic::Status;

use super::counts::Counted;
use crate::{
    deadline::Timer,
    held::Held,
    lifecycle::CloseReason,
    scope::{Owner, Scope},
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

struct Live<B: http_body::Body> {
    held: Arc<Held<B>>,
    state: State<B::Error>,
    /// Only there if the end of the scope has to be waited for.
    timer: Option<Pin<Box<Timer>>>,
    /// Dropped last: its drop closes the scope.
    owner: Owner,
}

/// ## `Open => Closing`
enum State<E> {
    Open,
    /// The outcome is there (`None`: an end without trailers) and waits for the
    /// scope to end.
    Closing(Option<Result<Frame<Bytes>, E>>),
}

impl<B> ServerBody<B>
where
    B: http_body::Body<Data = Bytes> + Unpin + Send + 'static,
{
    pub(super) fn owning(body: B, owner: Owner) -> Self {
        Self {
            live: Some(Live {
                held: Held::bind(body, &owner),
                state: State::Open,
                timer: None,
                owner,
            }),
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
        let polled = ready!(live.poll_frame(cx));
        if let State::Closing(_) = live.state {
            let reason = live.owner.lifecycle().reason();
            self.live = None;
            if let (Some(counted), Some(CloseReason::Panicked)) = (self.counted.take(), reason) {
                counted.counts.panicked();
            }
        }
        Poll::Ready(polled)
    }

    fn is_end_stream(&self) -> bool {
        // The handler's body is gone before its last frame is handed out.
        self.live.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        match &self.live {
            Some(live) => live.held.with(|body| body.size_hint()).unwrap_or_default(),
            None => SizeHint::with_exact(0),
        }
    }
}

impl<B> Live<B>
where
    B: http_body::Body<Data = Bytes> + Unpin,
{
    /// Polling order: the handler's body, so that what is ready is delivered;
    /// then the close. The timer is the driver's.
    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        if let State::Open = self.state {
            // A panic drops the handler's body on its way.
            let polled = panic::catch_unwind(AssertUnwindSafe(|| {
                self.held.with(|body| {
                    let polled = Pin::new(&mut *body).poll_frame(cx);
                    (polled, body.is_end_stream())
                })
            }));
            let (reason, outcome) = match polled {
                Ok(Ok((Poll::Ready(Some(Ok(frame))), false))) if frame.is_data() => {
                    self.held.yielded();
                    return Poll::Ready(Some(Ok(frame)));
                }
                Ok(Ok((Poll::Ready(last), _))) => (reason(last.as_ref()), last),
                Ok(Ok((Poll::Pending, _)) | Err(_)) => {
                    self.held.waits();
                    (ready!(self.owner.lifecycle().poll_closed(cx)), None)
                }
                Err(_) => (
                    CloseReason::Panicked,
                    Some(Ok(trailers(&status::panicked()))),
                ),
            };
            // As in `stream::Owned`: only who closes the scope tells how it ended.
            self.state = State::Closing(if self.owner.lifecycle().close(reason) {
                outcome
            } else {
                Some(Ok(trailers(
                    &Scope::closed_error(self.owner.lifecycle()).into(),
                )))
            });
        }
        let State::Closing(outcome) = &mut self.state else {
            return Poll::Pending;
        };
        let timer = self.timer.get_or_insert_with(|| Box::pin(Timer::default()));
        ready!(self.owner.poll_ended(timer.as_mut(), cx));
        Poll::Ready(outcome.take())
    }
}

fn trailers(status: &Status) -> Frame<Bytes> {
    let mut trailers = HeaderMap::new();
    status::write(&mut trailers, status);
    Frame::trailers(trailers)
}

fn reason<E>(last: Option<&Result<Frame<Bytes>, E>>) -> CloseReason {
    let code = match last {
        None => return CloseReason::Completed,
        Some(Err(_)) => return CloseReason::Failed,
        Some(Ok(frame)) => frame
            .trailers_ref()
            .and_then(|trailers| trailers.get(Status::GRPC_STATUS)),
    };
    match code {
        Some(code) if code != "0" => CloseReason::Failed,
        _ => CloseReason::Completed,
    }
}

impl<B: http_body::Body> Drop for Live<B> {
    fn drop(&mut self) {
        self.owner.close_as_dropped();
        self.held.drop_value();
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
