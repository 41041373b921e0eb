use std::{
    fmt, mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response};
use pin_project::{pin_project, pinned_drop};
use tonic::{Code, Status, body::Body};
use tower::{BoxError, Service};

use super::{ResponseBody, call::Call, unscoped::Unscoped};
use crate::{deadline::Timer, status};

/// A call until its response headers: the transport's readiness and the call
/// itself, both within the limits.
///
/// # Cancel safety
///
/// Dropping it cancels the call: the peer sees the stream being reset.
#[pin_project(PinnedDrop)]
#[must_use = "futures do nothing unless polled"]
pub struct CallFuture<S: Service<Request<Body>>, B> {
    #[pin]
    state: State<S>,
    #[pin]
    timer: Timer,
    /// `None` outside any scope.
    call: Option<Arc<Call<B>>>,
    /// There it is counted by this.
    unscoped: Unscoped,
}

/// ## `Refused => Done`, `Readying => Waiting => Done`
#[pin_project(project = StateRef)]
#[allow(
    clippy::large_enum_variant,
    reason = "a box would cost each call an allocation"
)]
enum State<S: Service<Request<Body>>> {
    Refused(Option<Status>),
    Readying(S, Option<Request<Body>>),
    Waiting(#[pin] S::Future),
    Done,
}

impl<S: Service<Request<Body>>, B> CallFuture<S, B> {
    pub(super) fn bound(service: S, request: Request<Body>, call: Arc<Call<B>>) -> Self {
        Self {
            state: State::Readying(service, Some(request)),
            timer: Timer::default(),
            call: Some(call),
            unscoped: Unscoped::default(),
        }
    }

    pub(super) fn unscoped(service: S, request: Request<Body>, unscoped: Unscoped) -> Self {
        Self {
            state: State::Readying(service, Some(request)),
            timer: Timer::default(),
            call: None,
            unscoped,
        }
    }

    /// A call that fails here and now, with nothing sent.
    pub(super) fn refused(status: Status) -> Self {
        Self {
            state: State::Refused(Some(status)),
            timer: Timer::default(),
            call: None,
            unscoped: Unscoped::default(),
        }
    }
}

impl<S, B> Future for CallFuture<S, B>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: Into<BoxError>,
    B: http_body::Body<Data = Bytes> + Send + 'static,
{
    type Output = Result<Response<ResponseBody<B>>, Status>;

    /// Polling order: the transport, so that a response that is there wins;
    /// then the close; then the timer.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let result = match poll_transport(this.state.as_mut(), cx) {
            Poll::Ready(Ok(response)) => match this.call.as_ref() {
                Some(call) => receive(call, response),
                None => Ok(pass_on(response, mem::take(this.unscoped))),
            },
            Poll::Ready(Err(error)) => Err(match this.call.as_ref() {
                Some(call) => call.explain(error),
                None => Status::from_error(error),
            }),
            Poll::Pending => match this
                .call
                .as_ref()
                .map(|call| call.poll_over(this.timer, None, cx))
            {
                Some(Poll::Ready(error)) => Err(error.into()),
                Some(Poll::Pending) | None => return Poll::Pending,
            },
        };
        // The transport's future goes before the call is told to have ended.
        this.state.set(State::Done);
        *this.unscoped = Unscoped::default();
        if let (Some(call), Err(status)) = (this.call.take(), &result) {
            call.end_response(status.code());
        }
        Poll::Ready(result)
    }
}

fn poll_transport<S>(
    mut state: Pin<&mut State<S>>,
    cx: &mut Context<'_>,
) -> Poll<Result<S::Response, BoxError>>
where
    S: Service<Request<Body>>,
    S::Error: Into<BoxError>,
{
    loop {
        let next = match state.as_mut().project() {
            StateRef::Refused(status) => {
                return status
                    .take()
                    .map_or(Poll::Pending, |s| Poll::Ready(Err(s.into())));
            }
            StateRef::Readying(service, request) => match service.poll_ready(cx) {
                Poll::Ready(Ok(())) => request
                    .take()
                    .map_or(State::Done, |r| State::Waiting(service.call(r))),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error.into())),
                Poll::Pending => return Poll::Pending,
            },
            StateRef::Waiting(response) => return response.poll(cx).map_err(Into::into),
            // Polled again after it was ready.
            StateRef::Done => return Poll::Pending,
        };
        state.set(next);
    }
}

fn receive<B>(
    call: &Arc<Call<B>>,
    response: Response<B>,
) -> Result<Response<ResponseBody<B>>, Status>
where
    B: http_body::Body + Send + 'static,
{
    let (head, body) = response.into_parts();
    let said = status::said(&head.headers);
    if let Some(error) = call.meant(said) {
        return Err(error.into());
    }
    call.answered();
    let ended = body.is_end_stream();
    if !ended && call.response().fill(body).is_err() {
        // The scope closed at this moment, and the body is dropped.
        if let Some(error) = call.scope_error() {
            return Err(error.into());
        }
    }
    let ended = ended.then(|| said.unwrap_or(Code::Unknown));
    let body = ResponseBody::bound(Arc::clone(call), ended);
    Ok(Response::from_parts(head, body))
}

/// The response of a call outside any scope, which counts when it is over.
fn pass_on<B: http_body::Body>(
    response: Response<B>,
    mut unscoped: Unscoped,
) -> Response<ResponseBody<B>> {
    if response.body().is_end_stream() {
        unscoped.end(status::said(response.headers()) == Some(Code::Ok));
    }
    response.map(|body| ResponseBody::plain(body, unscoped))
}

#[pinned_drop]
impl<S: Service<Request<Body>>, B> PinnedDrop for CallFuture<S, B> {
    fn drop(self: Pin<&mut Self>) {
        let mut this = self.project();
        if let Some(call) = this.call.take() {
            this.state.set(State::Done);
            call.give_up();
        }
    }
}

impl<S: Service<Request<Body>>, B> fmt::Debug for CallFuture<S, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallFuture")
            .field("call", &self.call)
            .finish_non_exhaustive()
    }
}
