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

/// A connection that the current scope makes from an endpoint.
#[derive(Clone, Debug)]
pub struct Taken(Endpoint);

impl Taken {
    /// `Endpoint::connect`.
    #[track_caller]
    pub fn connect<T>(
        self,
        _as_written: impl FnOnce() -> T,
    ) -> impl Future<Output = Result<Scoped<Channel>, ConnectError>> + Send {
        connect_at(self.0, Location::caller())
    }

    /// `Endpoint::connect_lazy`.
    #[track_caller]
    pub fn connect_lazy<T>(self, _as_written: impl FnOnce() -> T) -> Scoped<Channel> {
        match Scope::current() {
            Some(scope) => client::connect_lazy(&scope, &self.0, Location::caller()),
            None => Scoped::new(self.0.connect_lazy()),
        }
    }

    /// `Endpoint::connect_with_connector`.
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
                Some(scope) => client::connect_with(&scope, &self.0, connector, place).await,
                None => Ok(Scoped::new(self.0.connect_with_connector(connector).await?)),
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
                client::connect_lazy_with(&scope, &self.0, connector, Location::caller())
            }
            None => Scoped::new(self.0.connect_with_connector_lazy(connector)),
        }
    }
}

impl Taken {
    /// From a pool, if that can be.
    #[must_use]
    pub fn borrowing(self, pool: &PoolId) -> FromPool {
        FromPool(self, *pool)
    }
}

/// A connection that is borrowed, if that can be.
#[derive(Clone, Debug)]
pub struct FromPool(Taken, PoolId);

impl FromPool {
    /// `Endpoint::connect`.
    #[track_caller]
    pub fn connect<T>(
        self,
        _as_written: impl FnOnce() -> T,
    ) -> impl Future<Output = Result<Scoped<Channel>, ConnectError>> + Send {
        self.1.connect(self.0.0, Location::caller())
    }

    /// `Endpoint::connect_lazy`.
    #[track_caller]
    pub fn connect_lazy<T>(self, as_written: impl FnOnce() -> T) -> Scoped<Channel> {
        match self.1.connect_now(&self.0.0, Location::caller()) {
            Some(lent) => lent,
            None => self.0.connect_lazy(as_written),
        }
    }

    /// `Endpoint::connect_with_connector`: what a connector connects to is not
    /// known.
    #[track_caller]
    pub fn connect_with_connector<C, T>(
        self,
        connector: C,
        as_written: impl FnOnce(C) -> T,
    ) -> impl Future<Output = Result<Scoped<Channel>, ConnectError>>
    where
        C: Service<Uri> + Send + 'static,
        C::Response: Read + Write + Send + Unpin,
        C::Future: Send,
        BoxError: From<C::Error> + Send,
    {
        self.0.connect_with_connector(connector, as_written)
    }

    /// `Endpoint::connect_with_connector_lazy`.
    #[track_caller]
    pub fn connect_with_connector_lazy<C, T>(
        self,
        connector: C,
        as_written: impl FnOnce(C) -> T,
    ) -> Scoped<Channel>
    where
        C: Service<Uri> + Send + 'static,
        C::Response: Read + Write + Send + Unpin,
        C::Future: Send,
        BoxError: From<C::Error> + Send,
    {
        self.0.connect_with_connector_lazy(connector, as_written)
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
        Taken(self.0.clone())
    }
}

impl IsEndpoint for &Probe<'_, &Endpoint> {
    fn tonic_scope_endpoint(&self) -> Taken {
        Taken((*self.0).clone())
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
