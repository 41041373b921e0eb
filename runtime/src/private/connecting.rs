use std::{future::Future, panic::Location};

use tonic::transport::{Channel, Error};

use super::{Probe, transport::to_current};
use crate::client::{ConnectError, Scoped};

/// Binds the channel that a future yields.
#[derive(Clone, Copy, Debug)]
pub struct Connecting;

impl Connecting {
    /// Binds it to the scope that is current when it is there.
    #[track_caller]
    pub fn bind<F>(self, attempt: F) -> impl Future<Output = Result<Scoped<Channel>, ConnectError>>
    where
        F: Future<Output = Result<Channel, Error>>,
    {
        let place = Location::caller();
        async move { Ok(to_current(attempt.await?, place)) }
    }
}

/// Binds a channel.
#[derive(Clone, Copy, Debug)]
pub struct Connected;

impl Connected {
    /// Binds it to the current scope.
    #[track_caller]
    pub fn bind(self, channel: Channel) -> Scoped<Channel> {
        to_current(channel, Location::caller())
    }
}

/// Leaves a value alone.
#[derive(Clone, Copy, Debug)]
pub struct PassThrough;

impl PassThrough {
    /// Returns it.
    pub fn bind<T>(self, value: T) -> T {
        value
    }
}

/// For what `.connect()` on an endpoint yields, and its kin.
pub trait ConnectFuture {
    /// What binds it.
    type Kind;
    /// How it is bound.
    fn tonic_scope_connecting(&self) -> Self::Kind;
}

impl<F: Future<Output = Result<Channel, Error>>> ConnectFuture for &Probe<'_, F> {
    type Kind = Connecting;

    fn tonic_scope_connecting(&self) -> Connecting {
        Connecting
    }
}

/// For what `.connect_lazy()` and its kin return. One reference more than for a
/// future, since the two would overlap for all the compiler knows.
impl ConnectFuture for &&Probe<'_, Channel> {
    type Kind = Connected;

    fn tonic_scope_connecting(&self) -> Connected {
        Connected
    }
}

/// For anything else.
pub trait OtherFuture {
    /// It is left alone.
    fn tonic_scope_connecting(&self) -> PassThrough;
}

impl<T> OtherFuture for Probe<'_, T> {
    fn tonic_scope_connecting(&self) -> PassThrough {
        PassThrough
    }
}
