//! `.connect()` and its kin, where the receiver may be an endpoint.
//!
//! The probe of an endpoint takes a handle to it, and the probe of anything
//! else takes nothing; either is then given the call as it was written:
//!
//! ```text
//! (&&Probe(&receiver)).tonic_scope_endpoint().connect(|| receiver.connect())
//! (&&Probe(&receiver)).tonic_scope_endpoint().connect_with_connector(c, |c| receiver.connect_with_connector(c))
//! ```

use std::{future::Future, panic::Location};

use futures::future::Either;
use http::Uri;
use hyper::rt::{Read, Write};
use tonic::transport::{Channel, Endpoint};
use tower::{BoxError, Service};

use super::Probe;
use crate::{
    client::{self, ConnectError, Scoped},
    pool::PoolId,
    scope::Scope,
};

/// A connection that the current scope makes from an endpoint, or borrows.
#[derive(Clone, Debug)]
pub struct Taken {
    endpoint: Endpoint,
    pool: Option<&'static PoolId>,
}

impl Taken {
    pub(super) fn into_endpoint(self) -> Endpoint {
        self.endpoint
    }

    fn new(endpoint: &Endpoint) -> Self {
        Self {
            endpoint: endpoint.clone(),
            pool: None,
        }
    }

    /// From a pool, if that can be.
    #[must_use]
    pub fn borrowing(self, pool: &'static PoolId) -> Self {
        Self {
            pool: Some(pool),
            ..self
        }
    }

    /// `Endpoint::connect`.
    #[track_caller]
    pub fn connect<T>(
        self,
        _as_written: impl FnOnce() -> T,
    ) -> impl Future<Output = Result<Scoped<Channel>, ConnectError>> + Send {
        let place = Location::caller();
        match self.pool {
            Some(pool) => Either::Left(pool.connect(self.endpoint, place)),
            None => Either::Right(connect_at(self.endpoint, place)),
        }
    }

    /// `Endpoint::connect_lazy`.
    #[track_caller]
    pub fn connect_lazy<T>(self, _as_written: impl FnOnce() -> T) -> Scoped<Channel> {
        let place = Location::caller();
        let lent = self
            .pool
            .and_then(|pool| pool.connect_now(&self.endpoint, place));
        match (lent, Scope::current()) {
            (Some(lent), _) => lent,
            (None, Some(scope)) => client::connect_lazy(&scope, &self.endpoint, place),
            (None, None) => Scoped::new(self.endpoint.connect_lazy()),
        }
    }

    /// `Endpoint::connect_with_connector`. What a connector connects to is not
    /// known, so it is not borrowed.
    #[track_caller]
    pub fn connect_with_connector<C, T>(
        self,
        connector: C,
        _as_written: impl FnOnce(C) -> T,
    ) -> impl Future<Output = Result<Scoped<Channel>, ConnectError>>
    where
        C: Service<Uri> + Send + 'static,
        C::Response: Read + Write + Send + Unpin,
        C::Future: Send,
        BoxError: From<C::Error> + Send,
    {
        let place = Location::caller();
        let scope = Scope::current();
        async move {
            match scope {
                Some(scope) => client::connect_with(&scope, &self.endpoint, connector, place).await,
                None => Ok(Scoped::new(
                    self.endpoint.connect_with_connector(connector).await?,
                )),
            }
        }
    }

    /// `Endpoint::connect_with_connector_lazy`.
    #[track_caller]
    pub fn connect_with_connector_lazy<C, T>(
        self,
        connector: C,
        _as_written: impl FnOnce(C) -> T,
    ) -> Scoped<Channel>
    where
        C: Service<Uri> + Send + 'static,
        C::Response: Read + Write + Send + Unpin,
        C::Future: Send,
        BoxError: From<C::Error> + Send,
    {
        match Scope::current() {
            Some(scope) => {
                client::connect_lazy_with(&scope, &self.endpoint, connector, Location::caller())
            }
            None => Scoped::new(self.endpoint.connect_with_connector_lazy(connector)),
        }
    }
}

/// Any other receiver: its method is called as it was written.
#[derive(Clone, Copy, Debug)]
pub struct NotTaken;

impl NotTaken {
    /// Nothing that a pool has.
    #[must_use]
    pub fn borrowing(self, _: &PoolId) -> Self {
        self
    }

    /// Nothing that a scope has.
    #[must_use]
    pub fn unscoped(self) -> Self {
        self
    }

    /// `receiver.connect()`.
    pub fn connect<T>(self, as_written: impl FnOnce() -> T) -> T {
        as_written()
    }

    /// `receiver.connect_lazy()`.
    pub fn connect_lazy<T>(self, as_written: impl FnOnce() -> T) -> T {
        as_written()
    }

    /// `receiver.connect_with_connector(connector)`.
    pub fn connect_with_connector<C, T>(self, connector: C, as_written: impl FnOnce(C) -> T) -> T {
        as_written(connector)
    }

    /// `receiver.connect_with_connector_lazy(connector)`.
    pub fn connect_with_connector_lazy<C, T>(
        self,
        connector: C,
        as_written: impl FnOnce(C) -> T,
    ) -> T {
        as_written(connector)
    }
}

/// For an endpoint.
pub trait IsEndpoint {
    /// A handle to it.
    fn tonic_scope_endpoint(&self) -> Taken;
}

impl IsEndpoint for &Probe<'_, Endpoint> {
    fn tonic_scope_endpoint(&self) -> Taken {
        Taken::new(self.0)
    }
}

impl IsEndpoint for &Probe<'_, &Endpoint> {
    fn tonic_scope_endpoint(&self) -> Taken {
        Taken::new(self.0)
    }
}

/// For anything else.
pub trait NotEndpoint {
    /// It is left alone.
    fn tonic_scope_endpoint(&self) -> NotTaken;
}

impl<T: ?Sized> NotEndpoint for Probe<'_, T> {
    fn tonic_scope_endpoint(&self) -> NotTaken {
        NotTaken
    }
}

/// Connects for the current scope; without one the channel is a shared one.
pub(super) fn connect_at(
    endpoint: Endpoint,
    place: &'static Location<'static>,
) -> impl Future<Output = Result<Scoped<Channel>, ConnectError>> + Send {
    let scope = Scope::current();
    async move {
        match scope {
            Some(scope) => client::connect(&scope, &endpoint, place).await,
            None => Ok(Scoped::new(endpoint.connect().await?)),
        }
    }
}
