use std::{
    any::Any,
    fmt,
    future::{self, Future, Ready},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use futures::{
    FutureExt as _,
    future::{CatchUnwind, Either},
};
use http::{Request, Response};
use pin_project::pin_project;
use tonic::{Status, body::Body};
use tower::Service;

use super::{
    ServerBody, ServerScopeLayer, counts::Counted, request::Opened, respond::Respond,
    upload::Upload,
};
use crate::{
    lifecycle::CloseReason,
    scope::{Run, Scope, ambient},
};

/// A service each of whose requests has a scope; see [`ServerScopeLayer`].
#[derive(Clone, Debug)]
pub struct ServerScope<S> {
    service: S,
    layer: ServerScopeLayer,
}

impl<S> ServerScope<S> {
    pub(super) fn new(service: S, layer: ServerScopeLayer) -> Self {
        Self { service, layer }
    }
}

impl<S, B> Service<Request<Body>> for ServerScope<S>
where
    S: Service<Request<Body>, Response = Response<B>>,
    B: http_body::Body<Data = Bytes> + Unpin + Send + 'static,
{
    type Response = Response<ServerBody<B>>;
    type Error = S::Error;
    type Future = ServerFuture<S::Future, Result<Self::Response, S::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(cx)
    }

    /// A request that is refused does not get to the service at all.
    #[track_caller]
    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let Opened { owner, observed } = self.layer.open(request.headers_mut());
        let owner = match owner {
            Ok(owner) => owner,
            Err(refused) => {
                self.layer.counts.turned_away();
                return ServerFuture::refused(Status::from(refused).into_http());
            }
        };
        let scope = owner.scope();
        let request = request.map(|body| Body::new(Upload::new(body, scope.clone())));
        let handle = AssertUnwindSafe(|| ambient::enter(&scope, || self.service.call(request)));
        let handler = match catch_unwind(handle) {
            Ok(handler) => Either::Right(AssertUnwindSafe(handler).catch_unwind()),
            Err(panic) => Either::Left(future::ready(Err(panic))),
        };
        let counted = Counted {
            counts: Arc::clone(&self.layer.counts),
            scope: scope.clone(),
            observed,
        };
        ServerFuture {
            state: State::Running(Run::new(Ok(owner), handler), scope, Some(counted)),
        }
    }
}

/// A request's handler in its scope.
///
/// # Cancel safety
///
/// Dropping it closes the scope, which is what happens when the caller goes away.
#[pin_project]
#[must_use = "futures do nothing unless polled"]
pub struct ServerFuture<F: Future, T> {
    #[pin]
    state: State<F, T>,
}

/// ## `Refused => Done`, `Running => Done`
#[pin_project(project = StateRef, project_replace = StateOwn)]
#[allow(
    clippy::large_enum_variant,
    reason = "a box would cost each request an allocation"
)]
enum State<F: Future, T> {
    Refused(T),
    Running(#[pin] Run<Respond, Handler<F>, T>, Scope, Option<Counted>),
    Done,
}

/// A handler that has begun, or that panicked before it did.
type Handler<F> = Either<
    Ready<Result<<F as Future>::Output, Box<dyn Any + Send>>>,
    CatchUnwind<AssertUnwindSafe<F>>,
>;

impl<F: Future, B: http_body::Body, E> ServerFuture<F, Result<Response<ServerBody<B>>, E>> {
    fn refused(response: Response<ServerBody<B>>) -> Self {
        Self {
            state: State::Refused(Ok(response)),
        }
    }
}

impl<F, B, E> Future for ServerFuture<F, Result<Response<ServerBody<B>>, E>>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: http_body::Body<Data = Bytes> + Unpin + Send + 'static,
{
    type Output = Result<Response<ServerBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        let output = match state.as_mut().project() {
            StateRef::Running(run, scope, counted) => {
                let output = ready!(run.poll(cx));
                let counted = counted.take();
                if let (Some(CloseReason::Panicked), Some(counted)) =
                    (scope.close_reason(), &counted)
                {
                    counted.counts.panicked();
                }
                output.map(|response| response.map(|body| body.counted(counted)))
            }
            StateRef::Refused(_) => {
                let StateOwn::Refused(output) = state.project_replace(State::Done) else {
                    return Poll::Pending;
                };
                return Poll::Ready(output);
            }
            // Polled again after it was ready.
            StateRef::Done => return Poll::Pending,
        };
        state.set(State::Done);
        Poll::Ready(output)
    }
}

impl<F: Future, T> fmt::Debug for ServerFuture<F, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scope = match &self.state {
            State::Running(_, scope, _) => Some(scope),
            State::Refused(_) | State::Done => None,
        };
        f.debug_struct("ServerFuture")
            .field("scope", &scope)
            .finish_non_exhaustive()
    }
}
