//! The scoped services with a pool: their clients are as temporary as before, and borrow connections
//! that are there already.
//!
//! `check` and `follow` are those of `scoped.rs`, with `pool` in their attributes; all else is
//! shared with it.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use tonic::Status;
use tonic_scope::{pool::Pool, scoped};
use tonic_scope_examples::discovery::{
    CheckRequest, Settings, WatchRequest, config_client::ConfigClient,
};

use crate::{
    calls::Calls,
    mode::Mode,
    node::{Node, Peer},
    scoped::{Service, tick},
};

pub(crate) enum Pooled {}

/// Calls here have 100 ms and services are gone for little longer, so they are tried again sooner
/// than those of a data centre would be: a back-off has to end before the calls that wait for it.
static POOL: LazyLock<Pool> = LazyLock::new(|| {
    let pool = Pool::builder().back_off(Duration::from_millis(2), Duration::from_millis(10));
    pool.build().expect("limits that can be lived with")
});

impl Mode for Pooled {
    const NAME: &'static str = "pooled";

    type Service = Service;

    fn service(node: Arc<Node>) -> Service {
        Service { node }
    }

    async fn tick(node: Arc<Node>, calls: Calls, cycle: u64) {
        // A tick that ran into its deadline has ended its calls, and they were counted.
        let _ = tick(node, calls, cycle, check, follow).await;
    }

    async fn close() {
        POOL.close().await;
    }

    fn live_scopes() -> Option<usize> {
        Some(tonic_scope::monitor::live_scopes())
    }
}

#[scoped(timeout = "100ms", pool = &POOL)]
async fn check(calls: Calls, peer: Peer, cycle: u64) -> Result<Settings, Status> {
    let mut client = calls.client(ConfigClient::connect(peer.url())).await?;
    Ok(client.check(CheckRequest { cycle }).await?.into_inner())
}

#[scoped(timeout = "100ms", pool = &POOL)]
async fn follow(calls: Calls, peer: Peer, version: u64) -> Result<(), Status> {
    let mut client = calls.client(ConfigClient::connect(peer.url())).await?;
    let mut steps = client.watch(WatchRequest { version }).await?.into_inner();
    while let Some(step) = steps.message().await? {
        if step.done == step.of {
            break;
        }
    }
    Ok(())
}
