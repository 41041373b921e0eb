//! A stream of responses, raw and in a scope.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tonic::{Request, Status, Streaming};
use tonic_scope::{Scoped, scoped};
use tonic_scope_tests::shapes::{Answer, Ask};

use super::{
    Work,
    unary::{Bound, Raw},
    world::{World, all_at_once, one_by_one},
};

/// One stream of so many messages, which are all there.
pub(crate) fn raw() -> Work {
    let world = World::new();
    let client = Raw::new(world.channel.clone());
    Work::new(move |n| world.run(read(client.clone(), all_at_once(n), None)))
}

/// The same in a scope.
pub(crate) fn in_scope() -> Work {
    let world = World::new();
    let client = Bound::new(Scoped::new(world.channel.clone()));
    Work::new(move |n| world.run(read_in_scope(client.clone(), all_at_once(n), None)))
}

/// One stream of so many messages, each of which is sent when the one before has
/// been read.
pub(crate) fn raw_one_by_one() -> Work {
    let world = World::new();
    let client = Raw::new(world.channel.clone());
    Work::new(move |n| {
        let permits = Some(Arc::clone(&world.permits));
        world.run(read(client.clone(), one_by_one(n), permits));
    })
}

/// The same in a scope.
pub(crate) fn in_scope_one_by_one() -> Work {
    let world = World::new();
    let client = Bound::new(Scoped::new(world.channel.clone()));
    Work::new(move |n| {
        let permits = Some(Arc::clone(&world.permits));
        world.run(read_in_scope(client.clone(), one_by_one(n), permits));
    })
}

type Permits = Option<Arc<Semaphore>>;

async fn read(mut client: Raw, ask: Ask, permits: Permits) {
    let stream = client.download(Request::new(ask)).await.expect("a stream");
    drain(stream.into_inner(), permits).await.expect("all");
}

async fn read_in_scope(client: Bound, ask: Ask, permits: Permits) {
    #[scoped(timeout = "10m")]
    async fn read(mut client: Bound, ask: Ask, permits: Permits) -> Result<(), Status> {
        let stream = client.download(Request::new(ask)).await?;
        drain(stream.into_inner(), permits).await
    }
    read(client, ask, permits).await.expect("all");
}

/// Reads to the end, with a permit for each message.
async fn drain(mut stream: Streaming<Answer>, permits: Permits) -> Result<(), Status> {
    loop {
        if let Some(permits) = &permits {
            permits.add_permits(1);
        }
        if stream.message().await?.is_none() {
            return Ok(());
        }
    }
}
