//! The services in plain tonic, written with the care that people usually take: every request has
//! a timeout, no client is kept, no error is swallowed. It leaks all the same; the comments say
//! where, and which bug in the wild each place mirrors.
//!
//! `scoped.rs` is this file with attributes. Read the two as a diff.

use std::{sync::Arc, time::Duration};

use futures::future::join_all;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};
use tonic_scope_examples::discovery::{
    CheckRequest, Settings, Step, WatchRequest, config_client::ConfigClient, config_server::Config,
};

use crate::{
    calls::Calls,
    mode::Mode,
    node::{Node, Peer},
};

const TIMEOUT: Duration = Duration::from_millis(100);

pub(crate) enum Leaky {}

#[derive(Debug)]
pub(crate) struct Service {
    node: Arc<Node>,
}

impl Mode for Leaky {
    const NAME: &'static str = "leaky";

    type Service = Service;

    fn service(node: Arc<Node>) -> Service {
        Service { node }
    }

    async fn tick(node: Arc<Node>, calls: Calls, cycle: u64) {
        tick(node, calls, cycle).await;
    }
}

#[tonic::async_trait]
impl Config for Service {
    type WatchStream = ReceiverStream<Result<Step, Status>>;

    async fn check(&self, request: Request<CheckRequest>) -> Result<Response<Settings>, Status> {
        let cycle = request.into_inner().cycle;
        let node = self.node.clone();
        // A caller that gives up drops this handler, and with it the handle, not the task: a slow
        // config store is read to the end for nobody (tonic #196).
        let loading = tokio::spawn(async move { node.load(cycle).await });
        let settings = loading
            .await
            .map_err(|error| Status::internal(error.to_string()))??;
        Ok(Response::new(settings))
    }

    async fn watch(
        &self,
        request: Request<WatchRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let mut rollout = self.node.roll_out(request.into_inner().version)?;
        let (steps, stream) = mpsc::channel(1);
        // The pattern of tonic's own streaming example. Were the caller to leave, only `send` would
        // tell; this task waits in `next`, so it stays (quickwit #4675).
        tokio::spawn(async move {
            while let Some(step) = rollout.next().await {
                if steps.send(Ok(step)).await.is_err() {
                    break;
                }
            }
        });
        Ok(Response::new(ReceiverStream::new(stream)))
    }
}

async fn tick(node: Arc<Node>, calls: Calls, cycle: u64) {
    for &peer in node.peers() {
        // The founding case: nobody holds the follower, so nobody ends it. Each that hangs keeps
        // its client, a connection, and its peer's tasks at the other end of that.
        tokio::spawn(calls.clone().count(follow(calls.clone(), peer, cycle)));
    }
    join_all(
        node.peers()
            .iter()
            .map(|&peer| calls.clone().count(check(calls.clone(), peer, cycle))),
    )
    .await;
}

async fn check(calls: Calls, peer: Peer, cycle: u64) -> Result<Settings, Status> {
    // A connection per check is dear (datafusion-ballista #2068), but it is closed with the client.
    let mut client = calls
        .client(ConfigClient::connect(peer.url()))
        .await
        .map_err(unreachable)?;
    let mut request = Request::new(CheckRequest { cycle });
    // tonic reports this timeout, once expired, as CANCELLED.
    request.set_timeout(TIMEOUT);
    Ok(client.check(request).await?.into_inner())
}

async fn follow(calls: Calls, peer: Peer, version: u64) -> Result<(), Status> {
    let mut client = calls
        .client(ConfigClient::connect(peer.url()))
        .await
        .map_err(unreachable)?;
    let mut request = Request::new(WatchRequest { version });
    // This ends at the response headers: the stream itself has no deadline.
    request.set_timeout(TIMEOUT);
    let mut steps = client.watch(request).await?.into_inner();
    while let Some(step) = steps.message().await? {
        if step.done == step.of {
            break;
        }
    }
    Ok(())
}

/// tonic leaves it to its user which status a failed connection is.
fn unreachable(error: tonic::transport::Error) -> Status {
    Status::from_error(Box::new(error))
}
