//! The server, on a runtime of its own: its tasks are counted by nobody.

use std::time::Duration;

use futures::{StreamExt, stream, stream::BoxStream};
use tokio::{net::TcpListener, runtime::Runtime, time::sleep};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status, transport::Server};
use tonic_scope::{ServerScopeLayer, scoped};
use tonic_scope_examples::discovery::{
    CheckRequest, Settings, Step, WatchRequest,
    config_server::{Config, ConfigServer},
};

use crate::faults::Fault;

/// Serves until it is dropped.
pub(crate) struct Running(Option<Runtime>);

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

pub(crate) fn start(listener: TcpListener) -> anyhow::Result<Running> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()?;
    let listener = listener.into_std()?;
    runtime.spawn(async move {
        let listener = TcpListener::from_std(listener)?;
        Server::builder()
            // Callers that give up are no attack here.
            .http2_max_pending_accept_reset_streams(Some(100_000))
            .layer(ServerScopeLayer::new())
            .add_service(ConfigServer::new(Obedient))
            .serve_with_incoming(TcpListenerStream::new(listener))
            .await
            .map_err(anyhow::Error::from)
    });
    Ok(Running(Some(runtime)))
}

/// Does as the request says.
struct Obedient;

impl Obedient {
    async fn obey(asked: u64) -> Result<(), Status> {
        match Fault::told(asked) {
            Fault::Fails => Err(Status::aborted("on purpose")),
            Fault::HandlerPanics => panic!("on purpose"),
            Fault::Stalls => {
                sleep(Duration::from_secs(1)).await;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

#[scoped(timeout = "1s", stream(timeout = "2s", idle = "1s"))]
#[tonic::async_trait]
impl Config for Obedient {
    type WatchStream = BoxStream<'static, Result<Step, Status>>;

    async fn check(&self, request: Request<CheckRequest>) -> Result<Response<Settings>, Status> {
        Self::obey(request.into_inner().cycle).await?;
        Ok(Response::new(Settings::default()))
    }

    async fn watch(
        &self,
        request: Request<WatchRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let asked = request.into_inner().version;
        let first = stream::once(async move {
            Self::obey(asked).await?;
            Ok(Step::default())
        });
        let rest = stream::repeat_with(|| Ok(Step::default()));
        Ok(Response::new(first.chain(rest).boxed()))
    }
}
