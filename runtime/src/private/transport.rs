use std::panic::Location;

use super::Probe;
use crate::{client::Scoped, scope::Scope};

/// Binds a transport that is bound already: it stays as it is.
#[derive(Clone, Copy, Debug)]
pub struct AsItIs;

impl AsItIs {
    /// Returns it.
    pub fn bind<S>(self, transport: Scoped<S>) -> Scoped<S> {
        transport
    }
}

/// Binds any other transport to the current scope.
#[derive(Clone, Copy, Debug)]
pub struct ToScope;

impl ToScope {
    /// Binds it. Outside any scope it becomes a shared one.
    #[track_caller]
    pub fn bind<S: Send + 'static>(self, transport: S) -> Scoped<S> {
        to_current(transport, Location::caller())
    }
}

/// Binds a transport to the current scope; outside any it becomes a shared one.
pub(super) fn to_current<S: Send + 'static>(
    transport: S,
    place: &'static Location<'static>,
) -> Scoped<S> {
    match Scope::current() {
        Some(scope) => Scoped::bound(transport, None, &scope, place),
        None => Scoped::new(transport),
    }
}

/// For a [`Scoped`] transport.
pub trait BoundTransport {
    /// How it is bound.
    fn tonic_scope_transport(&self) -> AsItIs;
}

impl<S> BoundTransport for &Probe<'_, Scoped<S>> {
    fn tonic_scope_transport(&self) -> AsItIs {
        AsItIs
    }
}

/// For any other.
pub trait OtherTransport {
    /// How it is bound.
    fn tonic_scope_transport(&self) -> ToScope;
}

impl<T> OtherTransport for Probe<'_, T> {
    fn tonic_scope_transport(&self) -> ToScope {
        ToScope
    }
}
