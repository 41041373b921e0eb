//! The same services with `#[scoped]`: what a function starts ends with it, and everything has a
//! deadline.
//!
//! Read as a diff to `leaky.rs`: attributes take the place of the timeouts set by hand, and `tick`
//! awaits its followers, because what it spawns could not outlive it. It is told how to check and
//! how to follow, because `pooled.rs` does both with other clients.

use std::sync::Arc;

use futures::future::{join, join_all};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};
use tonic_scope::scoped;
use tonic_scope_examples::discovery::{
    CheckRequest, Settings, Step, WatchRequest, config_client::ConfigClient, config_server::Config,
};

use crate::{
    calls::Calls,
    mode::Mode,
    node::{Node, Peer},
};

pub(crate) enum Scoped {}

#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) node: Arc<Node>,
}

impl Mode for Scoped {
    const NAME: &'static str = "scoped";

    type Service = Service;

    fn service(node: Arc<Node>) -> Service {
        Service { node }
    }

    async fn tick(node: Arc<Node>, calls: Calls, cycle: u64) {
        // A tick that ran into its deadline has ended its calls, and they were counted.
        let _ = tick(node, calls, cycle, check, follow).await;
    }

    fn live_scopes() -> Option<usize> {
        Some(tonic_scope::monitor::live_scopes())
    }
}

#[scoped(timeout = "200ms", stream(timeout = "1s", idle = "200ms"))]
#[tonic::async_trait]
impl Config for Service {
    type WatchStream = ReceiverStream<Result<Step, Status>>;

    async fn check(&self, request: Request<CheckRequest>) -> Result<Response<Settings>, Status> {
        let cycle = request.into_inner().cycle;
        let node = self.node.clone();
        // Ends with the handler, and the handler with the caller's deadline.
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
        // Ends with the stream: at its end, at the caller's deadline, or when the caller leaves.
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

#[scoped(timeout = "300ms")]
pub(crate) async fn tick<C, F>(
    node: Arc<Node>,
    calls: Calls,
    cycle: u64,
    check: fn(Calls, Peer, u64) -> C,
    follow: fn(Calls, Peer, u64) -> F,
) -> Result<(), Status>
where
    C: Future<Output = Result<Settings, Status>>,
    F: Future<Output = Result<(), Status>> + Send + 'static,
{
    let mut followers = Vec::new();
    for &peer in node.peers() {
        followers.push(tokio::spawn(calls.clone().count(follow(
            calls.clone(),
            peer,
            cycle,
        ))));
    }
    let checks = node
        .peers()
        .iter()
        .map(|&peer| calls.clone().count(check(calls.clone(), peer, cycle)));
    join(join_all(checks), join_all(followers)).await;
    Ok(())
}

#[scoped(timeout = "100ms")]
async fn check(calls: Calls, peer: Peer, cycle: u64) -> Result<Settings, Status> {
    let mut client = calls.client(ConfigClient::connect(peer.url())).await?;
    Ok(client.check(CheckRequest { cycle }).await?.into_inner())
}

#[scoped(timeout = "100ms")]
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
