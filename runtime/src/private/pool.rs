//! `…Client::connect(dst)`, for the scope or from a pool.
//!
//! ```text
//! connect((&&Probe(&dst)).tonic_scope_destination().of(dst), UsersClient::new)
//! lease(pool, (&&Probe(&dst)).tonic_scope_destination().of(dst), UsersClient::new)
//! ```

use std::{future::Future, panic::Location, sync::Arc};

use tonic::transport::{Channel, Endpoint, Error};
use tower::BoxError;

use super::{Probe, endpoint::connect_at};
use crate::{
    client::{self, ConnectError, Scoped},
    connection::{Destination, Profile, Target},
    pool::{LeaseError, Pool, PoolId, Shared, registry},
    scope::Scope,
};

/// That of the process.
pub const DEFAULT_POOL: &PoolId = &registry::DEFAULT;

/// `pool = pool`
#[must_use]
pub fn pool(pool: &Pool) -> &'static PoolId {
    pool.id()
}

impl PoolId {
    fn shared(&self) -> Result<Arc<Shared>, ConnectError> {
        Ok(self.find().ok_or_else(LeaseError::closed)?)
    }

    /// `Endpoint::connect`, which borrows if the pool may tell endpoints apart.
    pub(super) async fn connect(
        &'static self,
        endpoint: Endpoint,
        place: &'static Location<'static>,
    ) -> Result<Scoped<Channel>, ConnectError> {
        let pool = self.shared()?;
        match pool.target_of(&endpoint) {
            Some(target) => pool.connect(target, place).await,
            None => connect_at(endpoint, place).await,
        }
    }

    /// `Endpoint::connect_lazy`: borrows what is there at once.
    pub(super) fn connect_now(
        &self,
        endpoint: &Endpoint,
        place: &'static Location<'static>,
    ) -> Option<Scoped<Channel>> {
        let pool = self.find()?;
        pool.connect_now(pool.target_of(endpoint)?, place)
    }
}

/// Where a client is to connect to.
#[derive(Debug)]
pub enum Told {
    /// All of it is known.
    Target(Target),
    /// Who knows.
    Endpoint(Box<Result<Endpoint, Error>>),
}

/// Of an address.
#[derive(Clone, Copy, Debug)]
pub struct Address;

impl Address {
    /// All of it.
    pub fn of(self, destination: impl Destination) -> Told {
        Told::Target(destination.target())
    }
}

/// Of anything else.
#[derive(Clone, Copy, Debug)]
pub struct Opaque;

impl Opaque {
    /// As `…Client::connect` takes it.
    pub fn of<D>(self, destination: D) -> Told
    where
        D: TryInto<Endpoint>,
        D::Error: Into<BoxError>,
    {
        Told::Endpoint(Box::new(Endpoint::new(destination)))
    }
}

/// For an address.
pub trait IsDestination {
    /// All of it can be told.
    fn tonic_scope_destination(&self) -> Address;
}

impl<D: Destination> IsDestination for &Probe<'_, D> {
    fn tonic_scope_destination(&self) -> Address {
        Address
    }
}

/// For an endpoint, or what becomes one.
pub trait OtherDestination {
    /// Little can be told.
    fn tonic_scope_destination(&self) -> Opaque;
}

impl<T> OtherDestination for Probe<'_, T> {
    fn tonic_scope_destination(&self) -> Opaque {
        Opaque
    }
}

/// `…Client::connect(dst)`.
#[track_caller]
pub fn connect<N, C>(destination: Told, new: N) -> impl Future<Output = Result<C, ConnectError>>
where
    N: FnOnce(Scoped<Channel>) -> C,
{
    let place = Location::caller();
    let scope = Scope::current();
    // In boxes: they are large, and would be moved with the caller's body.
    async move {
        let channel = match (destination, scope) {
            (Told::Endpoint(endpoint), _) => Box::pin(connect_at((*endpoint)?, place)).await,
            (Told::Target(target), Some(scope)) => {
                let source = target.into_source(&Profile::new())?;
                Box::pin(client::connect_source(&scope, source, place)).await
            }
            (Told::Target(target), None) => {
                let endpoint = target.into_source(&Profile::new())?.endpoint()?;
                Ok(Scoped::new(Box::pin(endpoint.connect()).await?))
            }
        };
        channel.map(new)
    }
}

/// `…Client::connect(dst)`, from a pool.
#[track_caller]
pub fn lease<N, C>(
    pool: &'static PoolId,
    destination: Told,
    new: N,
) -> impl Future<Output = Result<C, ConnectError>> + use<N, C>
where
    N: FnOnce(Scoped<Channel>) -> C,
{
    let place = Location::caller();
    async move {
        let channel = match destination {
            Told::Target(target) => pool.shared()?.connect(target, place).await,
            Told::Endpoint(endpoint) => Box::pin(pool.connect((*endpoint)?, place)).await,
        };
        channel.map(new)
    }
}
