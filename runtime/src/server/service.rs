use std::{
    future::Future,
    panic::AssertUnwindSafe,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures::{FutureExt as _, future::CatchUnwind};
use http::{Request, Response};
use pin_project::pin_project;
use tonic::body::Body;
use tower::Service;

use super::{ServerBody, ServerScopeLayer, respond::Respond, upload::Upload};
use crate::{
    deadline::wire,
    lifecycle::Site,
    scope::{Limits, Owner, Run},
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

    #[track_caller]
    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let deadline = self.layer.clamp().deadline(wire::decode(request.headers()));
        let owner = Owner::open_in(
            Some(&self.layer.server()),
            Site::new("request"),
            &Limits::new().no_timeout(),
            deadline,
            true,
        );
        let request = request.map(|body| Body::new(Upload::new(body)));
        let handler = AssertUnwindSafe(self.service.call(request)).catch_unwind();
        ServerFuture {
            run: Run::new(owner, handler),
        }
    }
}

/// A request's handler in its scope.
///
/// # Cancel safety
///
/// Dropping it closes the scope, which is what happens when the caller goes away.
#[pin_project]
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct ServerFuture<F, T> {
    #[pin]
    run: Run<Respond, CatchUnwind<AssertUnwindSafe<F>>, T>,
}

impl<F, B, E> Future for ServerFuture<F, Result<Response<ServerBody<B>>, E>>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: http_body::Body<Data = Bytes> + Unpin + Send + 'static,
{
    type Output = Result<Response<ServerBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.project().run.poll(cx)
    }
}
