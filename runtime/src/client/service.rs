use std::{
    mem,
    panic::Location,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body as _;
use tonic::{Status, body::Body, transport::Channel};
use tower::{BoxError, Layer, Service};

use super::{
    CallFuture, Lends, ResponseBody,
    body::RequestBody,
    call::Call,
    future::Account,
    home::{Home, Origin, Tenure},
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
/// The transport need not be ready beforehand, since the wait for readiness is
/// part of the call and under its limits: such a call has a clone of it, which for
/// a [`Channel`] is cheap.
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
#[derive(Debug)]
pub struct Scoped<S = Channel> {
    transport: Transport<S>,
    /// Where it was made.
    place: &'static Location<'static>,
    /// Works in scopes only.
    strict: bool,
    /// A shared transport has said so, and awaits its call.
    ready: bool,
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
            ready: false,
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
        Self::at(Tenure::owned(transport, channel), scope, place)
    }

    /// A transport that belongs to somebody else, until `scope` ends. Without
    /// one, until the client and its calls are gone.
    pub(crate) fn lent(
        lender: Arc<dyn Lends<S>>,
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
        Self::at(Tenure::Lent(lender), scope, place)
    }

    fn at(tenure: Tenure<S>, scope: &Scope, place: &'static Location<'static>) -> Self
    where
        S: Send + 'static,
    {
        Self {
            transport: Transport::Home(Home::new(tenure, scope, place)),
            place,
            strict: false,
            ready: false,
        }
    }
}

impl<S: Service<Request<Body>> + Clone> Scoped<S> {
    /// Binds a call to its scopes: the current one, and the home of the transport
    /// if it has one. Without a current scope the home is it.
    fn start(&mut self, request: Request<Body>) -> Result<CallFuture<S>, ScopeError> {
        let current = ambient::current();
        let (transport, channel) = match &mut self.transport {
            Transport::Shared(transport, channel) => (transport, channel),
            Transport::Home(home) => return at_home(home, current.as_ref(), request),
        };
        let origin = Origin {
            channel: Some(Arc::clone(channel)),
            lender: None,
        };
        let (request, account) = match &current {
            Some(current) => bind(request, current, None, origin)?,
            None if self.strict => {
                let site = Site::at("none", self.place);
                return Err(ScopeError::new(site, Cause::Unscoped, Duration::ZERO));
            }
            None => {
                let unscoped = Unscoped::begin(&request, origin, self.place);
                (request, Account::Unscoped(unscoped))
            }
        };
        Ok(if mem::take(&mut self.ready) {
            CallFuture::sent(transport.call(request), account)
        } else {
            CallFuture::new(transport.clone(), request, account)
        })
    }

    /// Lets go of the place that a shared transport may have reserved for a call.
    fn unready(&mut self) {
        self.ready = false;
        if let Transport::Shared(transport, _) = &mut self.transport {
            *transport = transport.clone();
        }
    }
}

/// Starts a call of a transport that belongs to a scope.
fn at_home<S>(
    home: &Home<S>,
    current: Option<&Scope>,
    request: Request<Body>,
) -> Result<CallFuture<S>, ScopeError>
where
    S: Service<Request<Body>> + Clone,
{
    let mut transport = home.transport()?;
    let (scope, origin) = (home.scope(), home.origin());
    let (request, account) = match current {
        // A cleanup of the home has its own budget instead.
        Some(current) if current.lifecycle().cleans_up(scope.lifecycle()) => {
            bind(request, current, None, origin)?
        }
        Some(current) => bind(request, current, Some(scope), origin)?,
        None => bind(request, scope, None, origin)?,
    };
    // Whoever waits for it is known from the first poll on; few have to wait.
    let mut nobody = Context::from_waker(Waker::noop());
    Ok(match transport.poll_ready(&mut nobody) {
        Poll::Ready(Ok(())) => CallFuture::sent(transport.call(request), account),
        _ => CallFuture::new(transport, request, account),
    })
}

impl<S, B> Service<Request<Body>> for Scoped<S>
where
    S: Service<Request<Body>, Response = Response<B>> + Clone,
    S::Error: Into<BoxError>,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<ResponseBody>;
    type Error = Status;
    type Future = CallFuture<S>;

    /// Always ready: a call waits for its transport within its own limits. It need
    /// not wait, nor clone, where the transport is ready here and now.
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Status>> {
        if let (Transport::Shared(transport, _), false) = (&mut self.transport, self.ready) {
            self.ready = matches!(transport.poll_ready(cx), Poll::Ready(Ok(())));
            if !self.ready {
                // Its place in a queue would be kept, and never taken. An error shows
                // again within the call, which can tell what it means.
                self.unready();
            }
        }
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        self.start(request).unwrap_or_else(|error| {
            if self.ready {
                self.unready();
            }
            CallFuture::refused(error.into())
        })
    }
}

fn bind(
    mut request: Request<Body>,
    current: &Scope,
    home: Option<&Scope>,
    origin: Origin,
) -> Result<(Request<Body>, Account), ScopeError> {
    let (current, home) = (current.lifecycle(), home.map(Scope::lifecycle));
    let limits = CallLimits::fix(current, home, request.headers_mut())?;
    let method = request.uri().path_and_query().cloned();
    // In its place: a request is large, and each taking apart moves it.
    let upload = mem::take(request.body_mut());
    let (ended, hint) = (upload.is_end_stream(), upload.size_hint());
    let call = Call::bind(limits, method, upload, current, home, origin)?;
    *request.body_mut() = Body::new(RequestBody::new(Arc::clone(&call), ended, hint));
    Ok((request, Account::Bound(call)))
}

/// A clone of a transport that is ready is not.
impl<S: Clone> Clone for Scoped<S> {
    fn clone(&self) -> Self {
        Self {
            transport: self.transport.clone(),
            place: self.place,
            strict: self.strict,
            ready: false,
        }
    }
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
