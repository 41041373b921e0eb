use std::{
    panic::Location,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use tonic::{Status, body::Body, transport::Channel};
use tower::{BoxError, Layer, Service};

use super::{
    CallFuture, Lender, ResponseBody,
    body::RequestBody,
    call::Call,
    home::{Home, Origin},
    limits::CallLimits,
    unscoped::Unscoped,
};
use crate::{
    channels::Record,
    error::{Cause, ScopeError},
    lifecycle::{Lifecycle, Site},
    scope::{Scope, ambient},
};

/// A transport whose calls are bound to the scope that they are made in.
///
/// Put it under a generated client that lives longer than one scope:
/// `UsersClient<Scoped<Channel>>`. Each call then carries the remaining time of
/// its scope as `grpc-timeout`, answers `DEADLINE_EXCEEDED` when that is over,
/// and is cancelled when the scope ends. A transport that a scope made or
/// [bound](Scope::bind) is taken away from the client as well when that scope
/// ends.
///
/// Outside any scope a call passes through unchanged and is
/// [counted](crate::monitor::unscoped_calls); [`strict`](Self::strict) refuses
/// it.
///
/// The transport is cloned for each call, which for a [`Channel`] is cheap; it
/// need not be ready beforehand, since the wait for readiness is part of the
/// call and under its limits.
///
/// # Examples
///
/// ```
/// use tonic::transport::{Channel, Endpoint};
/// use tonic_scope::Scoped;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let channel = Endpoint::from_static("http://users:50051").connect_lazy();
/// let transport: Scoped<Channel> = Scoped::new(channel);
/// // let users = UsersClient::new(transport);
/// # let _ = transport;
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Scoped<S = Channel> {
    transport: Transport<S>,
    /// Where it was made.
    place: &'static Location<'static>,
    /// Works in scopes only.
    strict: bool,
}

#[derive(Debug)]
enum Transport<S> {
    /// Belongs to whoever made it.
    Shared(S, Arc<Record>),
    /// Belongs to a scope.
    Home(Arc<Home<S>>),
}

impl<S> Scoped<S> {
    /// Wraps a long-lived transport.
    #[track_caller]
    pub fn new(transport: S) -> Self {
        Self {
            transport: Transport::Shared(transport, Record::long_lived()),
            place: Location::caller(),
            strict: false,
        }
    }

    /// Refuses calls outside any scope, with `FAILED_PRECONDITION`.
    ///
    /// # Examples
    ///
    /// ```
    /// use tonic::transport::Endpoint;
    /// use tonic_scope::Scoped;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let channel = Endpoint::from_static("http://users:50051").connect_lazy();
    /// let transport = Scoped::new(channel).strict();
    /// // let users = UsersClient::new(transport); // each call of it has to be in a scope
    /// # drop(transport);
    /// # }
    /// ```
    #[must_use]
    #[track_caller]
    pub fn strict(self) -> Self {
        Self {
            place: Location::caller(),
            strict: true,
            ..self
        }
    }

    /// A transport that belongs to `scope`, and is `channel`, if that is known.
    pub(crate) fn bound(
        transport: S,
        channel: Option<Arc<Record>>,
        scope: &Scope,
        place: &'static Location<'static>,
    ) -> Self
    where
        S: Send + 'static,
    {
        Self {
            transport: Transport::Home(Home::new(transport, channel, None, scope, place)),
            place,
            strict: false,
        }
    }

    /// A transport that belongs to somebody else, until `scope` ends. Without
    /// one, until the client and its calls are gone.
    pub(crate) fn lent(
        transport: S,
        channel: Arc<Record>,
        lender: Arc<dyn Lender>,
        scope: Option<&Scope>,
        place: &'static Location<'static>,
    ) -> Self
    where
        S: Send + 'static,
    {
        let none;
        let scope = if let Some(scope) = scope {
            scope
        } else {
            none = Scope::of(Lifecycle::unlisted("none"));
            &none
        };
        Self {
            transport: Transport::Home(Home::new(
                transport,
                Some(channel),
                Some(lender),
                scope,
                place,
            )),
            place,
            strict: false,
        }
    }

    /// The channel that the transport is, and whose it is if it is borrowed.
    fn origin(&self) -> Origin {
        match &self.transport {
            Transport::Shared(_, channel) => Origin {
                channel: Some(Arc::clone(channel)),
                lender: None,
            },
            Transport::Home(home) => home.origin(),
        }
    }

    /// The transport and the scopes of a call: the current one, and the home
    /// of the transport if it has one. Without a current scope the home is it.
    fn begin(&self) -> Result<(S, Option<Scope>, Option<Scope>), ScopeError>
    where
        S: Clone,
    {
        let current = ambient::current();
        match &self.transport {
            Transport::Shared(transport, _) => match (&current, self.strict) {
                (None, true) => {
                    let site = Site::at("none", self.place);
                    Err(ScopeError::new(site, Cause::Unscoped, Duration::ZERO))
                }
                _ => Ok((transport.clone(), current, None)),
            },
            Transport::Home(home) => {
                let transport = home.transport()?;
                let scope = home.scope();
                Ok(match current {
                    // A cleanup of the home has its own budget instead.
                    Some(current) if current.lifecycle().cleans_up(scope.lifecycle()) => {
                        (transport, Some(current), None)
                    }
                    Some(_) => (transport, current, Some(scope.clone())),
                    None => (transport, Some(scope.clone()), None),
                })
            }
        }
    }
}

impl<S, B> Service<Request<Body>> for Scoped<S>
where
    S: Service<Request<Body>, Response = Response<B>> + Clone,
    S::Error: Into<BoxError>,
    B: http_body::Body<Data = Bytes> + Unpin + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<ResponseBody<B>>;
    type Error = Status;
    type Future = CallFuture<S, B>;

    /// Always ready: a call waits for its transport within its own limits.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Status>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        match self.begin() {
            Ok((service, Some(current), home)) => {
                let home = home.as_ref().map(Scope::lifecycle);
                match bind(request, current.lifecycle(), home, self.origin()) {
                    Ok((request, call)) => CallFuture::bound(service, request, call),
                    Err(error) => CallFuture::refused(error.into()),
                }
            }
            Ok((service, None, _)) => {
                let unscoped = Unscoped::begin(&request, self.origin(), self.place);
                CallFuture::unscoped(service, request, unscoped)
            }
            Err(error) => CallFuture::refused(error.into()),
        }
    }
}

fn bind<B: Send + 'static>(
    mut request: Request<Body>,
    current: &Arc<Lifecycle>,
    home: Option<&Arc<Lifecycle>>,
    origin: Origin,
) -> Result<(Request<Body>, Arc<Call<B>>), ScopeError> {
    let limits = CallLimits::fix(current, home, request.headers_mut())?;
    let (head, upload) = request.into_parts();
    let method = head.uri.path_and_query().cloned();
    let call = Call::bind(limits, method, upload, current, home, origin)?;
    let upload = Body::new(RequestBody::new(Arc::clone(&call)));
    Ok((Request::from_parts(head, upload), call))
}

impl<S: Clone> Clone for Transport<S> {
    fn clone(&self) -> Self {
        match self {
            Self::Shared(transport, channel) => {
                Self::Shared(transport.clone(), Arc::clone(channel))
            }
            Self::Home(home) => Self::Home(Arc::clone(home)),
        }
    }
}

/// Makes [`Scoped`] transports.
///
/// # Examples
///
/// ```
/// use tonic::transport::Endpoint;
/// use tonic_scope::ScopedLayer;
/// use tower::ServiceBuilder;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let channel = Endpoint::from_static("http://users:50051").connect_lazy();
/// // Outermost, so that what is below is under the limits of the call.
/// let transport = ServiceBuilder::new()
///     .layer(ScopedLayer::new())
///     .concurrency_limit(64)
///     .service(channel);
/// # drop(transport);
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ScopedLayer(());

impl ScopedLayer {
    /// The layer has no settings.
    #[must_use]
    pub fn new() -> Self {
        Self(())
    }
}

impl<S> Layer<S> for ScopedLayer {
    type Service = Scoped<S>;

    #[track_caller]
    fn layer(&self, transport: S) -> Scoped<S> {
        Scoped::new(transport)
    }
}
