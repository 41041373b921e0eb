//! What no scope binds: as it was written, but for a note to leak checks.
//!
//! While no check is active these are the functions that stand in their names.

use std::{hash::Hash, panic::Location, thread};

use hyper::rt::{Executor, Read, Write};
use tokio::{sync::mpsc::Sender, task::JoinHandle};
use tonic::transport::{Channel, Endpoint, Error, channel::Change};
use tower::{BoxError, Service};

use super::{Probe, endpoint::Taken};
use crate::scope::origin::{Alive, alive, carry, carrying};

/// `tokio::spawn(future)`.
#[track_caller]
pub fn unscoped_spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    tokio::spawn(carry("task", Location::caller(), future))
}

/// `tokio::task::spawn_local(future)`.
#[track_caller]
pub fn unscoped_spawn_local<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    tokio::task::spawn_local(carry("task", Location::caller(), future))
}

/// `tokio::task::spawn_blocking(work)`.
#[track_caller]
pub fn spawn_blocking<F, R>(work: F) -> JoinHandle<R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    let carrying = carrying("blocking task", Location::caller());
    tokio::task::spawn_blocking(move || carrying.run(work))
}

/// `std::thread::spawn(work)`.
#[track_caller]
pub fn spawn_thread<F, R>(work: F) -> thread::JoinHandle<R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    let carrying = carrying("thread", Location::caller());
    thread::spawn(move || carrying.run(work))
}

/// `Channel::balance_list(list)`.
#[track_caller]
pub fn unscoped_balance_list(list: impl Iterator<Item = Endpoint>) -> Channel {
    let noted = Noted::here(Location::caller());
    Channel::balance_list(list.map(|endpoint| noted.clone().on(endpoint)))
}

/// `Channel::balance_channel(capacity)`.
#[track_caller]
#[must_use]
pub fn unscoped_balance_channel<K>(capacity: usize) -> (Channel, Sender<Change<K, Endpoint>>)
where
    K: Hash + Eq + Send + Clone + 'static,
{
    Channel::balance_channel_with_executor(capacity, Noted::here(Location::caller()))
}

/// Runs the tasks of a connection, which are there for as long as it is.
#[derive(Clone, Debug)]
struct Noted(Alive);

impl Noted {
    fn here(place: &'static Location<'static>) -> Self {
        Self(alive("client", || None, place))
    }

    /// An executor of the user's is left alone where nobody wants to know.
    fn on(self, endpoint: Endpoint) -> Endpoint {
        if self.0.is_noted() {
            endpoint.executor(self)
        } else {
            endpoint
        }
    }
}

impl<F> Executor<F> for Noted
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, task: F) {
        let alive = self.0.clone();
        tokio::spawn(async move {
            task.await;
            drop(alive);
        });
    }
}

impl Taken {
    /// For nobody's scope.
    #[must_use]
    pub fn unscoped(self) -> Unscoped {
        Unscoped(self)
    }
}

/// A connection that no scope owns.
#[derive(Clone, Debug)]
pub struct Unscoped(Taken);

impl Unscoped {
    fn endpoint(self, place: &'static Location<'static>) -> Endpoint {
        Noted::here(place).on(self.0.into_endpoint())
    }

    /// `Endpoint::connect`.
    #[track_caller]
    pub fn connect<T>(
        self,
        _as_written: impl FnOnce() -> T,
    ) -> impl Future<Output = Result<Channel, Error>> + Send {
        let endpoint = self.endpoint(Location::caller());
        async move { endpoint.connect().await }
    }

    /// `Endpoint::connect_lazy`.
    #[track_caller]
    pub fn connect_lazy<T>(self, _as_written: impl FnOnce() -> T) -> Channel {
        self.endpoint(Location::caller()).connect_lazy()
    }

    /// `Endpoint::connect_with_connector`.
    #[track_caller]
    pub fn connect_with_connector<C, T>(
        self,
        connector: C,
        _as_written: impl FnOnce(C) -> T,
    ) -> impl Future<Output = Result<Channel, Error>>
    where
        C: Service<http::Uri> + Send + 'static,
        C::Response: Read + Write + Send + Unpin,
        C::Future: Send,
        BoxError: From<C::Error> + Send,
    {
        let endpoint = self.endpoint(Location::caller());
        async move { endpoint.connect_with_connector(connector).await }
    }

    /// `Endpoint::connect_with_connector_lazy`.
    #[track_caller]
    pub fn connect_with_connector_lazy<C, T>(
        self,
        connector: C,
        _as_written: impl FnOnce(C) -> T,
    ) -> Channel
    where
        C: Service<http::Uri> + Send + 'static,
        C::Response: Read + Write + Send + Unpin,
        C::Future: Send,
        BoxError: From<C::Error> + Send,
    {
        self.endpoint(Location::caller())
            .connect_with_connector_lazy(connector)
    }
}

/// Notes a connection to a destination.
#[derive(Clone, Copy, Debug)]
pub struct Note;

impl Note {
    /// What `…Client::connect` takes in the place of the destination.
    #[track_caller]
    pub fn of<D>(self, destination: D) -> NotedDestination<D> {
        NotedDestination(destination, Noted::here(Location::caller()))
    }
}

/// A destination whose connection is noted.
#[derive(Debug)]
pub struct NotedDestination<D>(D, Noted);

impl<D: TryInto<Self>> TryFrom<NotedDestination<D>> for Endpoint {
    type Error = D::Error;

    fn try_from(
        NotedDestination(destination, noted): NotedDestination<D>,
    ) -> Result<Self, D::Error> {
        Ok(noted.on(destination.try_into()?))
    }
}

/// Leaves alone what is no destination.
#[derive(Clone, Copy, Debug)]
pub struct LeaveAlone;

impl LeaveAlone {
    /// Returns it.
    pub fn of<T>(self, value: T) -> T {
        value
    }
}

/// For what tonic connects to.
pub trait UnscopedDestination {
    /// It is noted.
    fn tonic_scope_unscoped(&self) -> Note;
}

impl<D: TryInto<Endpoint>> UnscopedDestination for &Probe<'_, D> {
    fn tonic_scope_unscoped(&self) -> Note {
        Note
    }
}

/// For anything else.
pub trait UnscopedOther {
    /// It is left alone.
    fn tonic_scope_unscoped(&self) -> LeaveAlone;
}

impl<T> UnscopedOther for Probe<'_, T> {
    fn tonic_scope_unscoped(&self) -> LeaveAlone {
        LeaveAlone
    }
}
