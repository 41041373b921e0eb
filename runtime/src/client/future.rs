use std::{
    fmt, mem,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body as _;
use pin_project::{pin_project, pinned_drop};
use tonic::{Code, Status, body::Body};
use tower::{BoxError, Service};

use super::{ResponseBody, call::Call, unscoped::Unscoped};
use crate::{deadline::RareTimer, status};

/// A call until its response headers: the transport's readiness and the call
/// itself, both within the limits.
///
/// # Cancel safety
///
/// Dropping it cancels the call: the peer sees the stream being reset.
#[pin_project(PinnedDrop)]
#[must_use = "futures do nothing unless polled"]
pub struct CallFuture<S: Service<Request<Body>>> {
    #[pin]
    state: State<S>,
    timer: RareTimer,
    /// `None` if it was refused, and when it is over.
    account: Option<Account>,
}

/// ## `Refused => Done`, `Readying => Waiting => Done`
///
/// One that is sent where it is made begins as `Waiting`.
#[pin_project(project = StateRef)]
enum State<S: Service<Request<Body>>> {
    Refused(Option<Status>),
    /// In a box: a request is large, and few have to wait for their transport.
    Readying(Box<(S, Option<Request<Body>>)>),
    Waiting(#[pin] S::Future),
    Done,
}

/// Who has to be told how a call ended.
#[derive(Debug)]
pub(super) enum Account {
    Bound(Arc<Call>),
    Unscoped(Unscoped),
}

impl<S: Service<Request<Body>>> CallFuture<S> {
    /// A call whose transport has yet to be ready.
    pub(super) fn new(service: S, request: Request<Body>, account: Account) -> Self {
        Self {
            state: State::Readying(Box::new((service, Some(request)))),
            timer: RareTimer::default(),
            account: Some(account),
        }
    }

    /// A call that its transport has taken.
    pub(super) fn sent(response: S::Future, account: Account) -> Self {
        Self {
            state: State::Waiting(response),
            timer: RareTimer::default(),
            account: Some(account),
        }
    }

    /// A call that fails here and now, with nothing sent.
    pub(super) fn refused(status: Status) -> Self {
        Self {
            state: State::Refused(Some(status)),
            timer: RareTimer::default(),
            account: None,
        }
    }
}

impl<S, B> Future for CallFuture<S>
where
    S: Service<Request<Body>, Response = Response<B>>,
    S::Error: Into<BoxError>,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Output = Result<Response<ResponseBody>, Status>;

    /// Polling order: the transport, so that a response that is there wins;
    /// then the close; then the timer.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let result = match (poll_transport(this.state.as_mut(), cx), &mut *this.account) {
            (Poll::Ready(Ok(response)), Some(Account::Bound(call))) => {
                receive(call, response.map(Body::new))
            }
            (Poll::Ready(Ok(response)), Some(Account::Unscoped(unscoped))) => {
                Ok(pass_on(response.map(Body::new), mem::take(unscoped)))
            }
            (Poll::Ready(Err(error)), Some(Account::Bound(call))) => Err(call.explain(error)),
            (Poll::Ready(Err(error)), _) => Err(Status::from_error(error)),
            (Poll::Pending, Some(Account::Bound(call))) => {
                call.caller().register(cx.waker());
                Err(ready!(call.poll_over(this.timer, None, cx)).into())
            }
            // Nothing is sent without an account.
            (Poll::Pending | Poll::Ready(Ok(_)), _) => return Poll::Pending,
        };
        // The transport's future goes before the call is told to have ended.
        this.state.set(State::Done);
        if let (Some(Account::Bound(call)), Err(status)) = (this.account.take(), &result) {
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
            StateRef::Readying(readying) => {
                let (service, request) = &mut **readying;
                match service.poll_ready(cx) {
                    Poll::Ready(Ok(())) => request
                        .take()
                        .map_or(State::Done, |r| State::Waiting(service.call(r))),
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(error.into())),
                    Poll::Pending => return Poll::Pending,
                }
            }
            StateRef::Waiting(response) => return response.poll(cx).map_err(Into::into),
            // Polled again after it was ready.
            StateRef::Done => return Poll::Pending,
        };
        state.set(next);
    }
}

fn receive(
    call: &Arc<Call>,
    mut response: Response<Body>,
) -> Result<Response<ResponseBody>, Status> {
    let said = status::said(response.headers());
    if let Some(error) = call.meant(said) {
        return Err(error.into());
    }
    call.answered();
    // What is large is moved once: see `bind`.
    let body = mem::take(response.body_mut());
    // Without a status there is more to come, or an end that the body tells of itself.
    let ended = said.is_some() && body.is_end_stream();
    if !ended && call.response().fill(body).is_err() {
        // The scope closed at this moment, and the body is dropped.
        if let Some(error) = call.scope_error() {
            return Err(error.into());
        }
    }
    let ended = said.filter(|_| ended);
    Ok(response.map(|_| ResponseBody::bound(Arc::clone(call), ended)))
}

/// The response of a call outside any scope, which counts when it is over.
fn pass_on(response: Response<Body>, mut unscoped: Unscoped) -> Response<ResponseBody> {
    if response.body().is_end_stream() {
        unscoped.end(status::said(response.headers()) == Some(Code::Ok));
    }
    response.map(|body| ResponseBody::plain(body, unscoped))
}

#[pinned_drop]
impl<S: Service<Request<Body>>> PinnedDrop for CallFuture<S> {
    fn drop(self: Pin<&mut Self>) {
        let mut this = self.project();
        if let Some(Account::Bound(call)) = this.account.take() {
            this.state.set(State::Done);
            call.give_up();
        }
    }
}

impl<S: Service<Request<Body>>> fmt::Debug for CallFuture<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallFuture")
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}
