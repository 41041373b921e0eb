use std::{hash::Hash, panic::Location};

use tokio::sync::mpsc::Sender;
use tonic::transport::{Channel, Endpoint, channel::Change};

use crate::{
    client::{Scoped, executor},
    scope::Scope,
};

/// `Channel::balance_list(list)`.
#[track_caller]
pub fn balance_list(list: impl Iterator<Item = Endpoint>) -> Scoped<Channel> {
    let place = Location::caller();
    match Scope::current() {
        Some(scope) => {
            let owned = list.map(|endpoint| {
                let executor = executor(&scope, Some(endpoint.uri()), place);
                endpoint.executor(executor)
            });
            Scoped::bound(Channel::balance_list(owned), None, &scope, place)
        }
        None => Scoped::new(Channel::balance_list(list)),
    }
}

/// `Channel::balance_channel(capacity)`.
///
/// The endpoints that are sent later bring their own executors: their
/// connections end when the channel is dropped, which the close does.
#[track_caller]
#[must_use]
pub fn balance_channel<K>(capacity: usize) -> (Scoped<Channel>, Sender<Change<K, Endpoint>>)
where
    K: Hash + Eq + Send + Clone + 'static,
{
    let place = Location::caller();
    let Some(scope) = Scope::current() else {
        let (channel, changes) = Channel::balance_channel(capacity);
        return (Scoped::new(channel), changes);
    };
    let (channel, changes) =
        Channel::balance_channel_with_executor(capacity, executor(&scope, None, place));
    (Scoped::bound(channel, None, &scope, place), changes)
}
