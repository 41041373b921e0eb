//! A server that goes down in order: Ctrl-C drains it, ends what is left in the process, and says
//! what could not be ended.
//!
//! ```text
//! cargo run --example shutdown
//! ```
//!
//! It prints its URL. Every roll-out that it is asked to `Watch` goes on for ever, and a job that
//! belongs to no call runs beside it. After Ctrl-C
//!
//! 1. no call begins any more; those under way have half a second (`drain`), and are then ended:
//!    their callers see `UNAVAILABLE`;
//! 2. tonic's own graceful shutdown has nothing left to wait for;
//! 3. the job is ended, and its cleanup runs (`shutdown`);
//! 4. what is still there is printed, with the places where it was made, and is the exit code.

use std::{net::SocketAddr, process::ExitCode, time::Duration};

use futures::{StreamExt, stream, stream::BoxStream};
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status, transport::Server};
use tonic_scope::{ServerScopeLayer, scoped};
use tonic_scope_examples::discovery::{
    CheckRequest, Settings, Step, WatchRequest,
    config_server::{Config, ConfigServer},
};

const DRAIN: Duration = Duration::from_millis(500);
const GRACE: Duration = Duration::from_secs(1);
const JOB_LIMIT: Duration = Duration::from_secs(3600);

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    println!("http://{}", listener.local_addr()?);
    let job = tonic_scope::detach("job", JOB_LIMIT, job());

    let scopes = ServerScopeLayer::new();
    let drained = scopes.clone();
    let stop = async move {
        if let Err(error) = tokio::signal::ctrl_c().await {
            eprintln!("no Ctrl-C to wait for: {error}");
        }
        let cut_off = drained.drain(DRAIN).await;
        println!("drained, {cut_off} cut off");
    };
    Server::builder()
        .layer(scopes)
        .add_service(ConfigServer::new(RollOuts))
        .serve_with_incoming_shutdown(TcpListenerStream::new(listener), stop)
        .await?;

    let left = tonic_scope::shutdown(GRACE).await;
    println!("shut down, {left}");
    if let Ok(Err(ended)) = job.await {
        println!("{ended}");
    }
    Ok(ExitCode::from(u8::from(!left.is_empty())))
}

/// Work that belongs to no call, with something to tidy up.
async fn job() {
    let tidied = tonic_scope::defer(async { println!("the job has tidied up") });
    if tidied.is_ok() {
        std::future::pending::<()>().await;
    }
}

struct RollOuts;

#[scoped(timeout = "2s", stream(idle = "30s"))]
#[tonic::async_trait]
impl Config for RollOuts {
    type WatchStream = BoxStream<'static, Result<Step, Status>>;

    async fn check(&self, _: Request<CheckRequest>) -> Result<Response<Settings>, Status> {
        Ok(Response::new(Settings::default()))
    }

    async fn watch(
        &self,
        request: Request<WatchRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let version = request.into_inner().version;
        let first = stream::once(async move {
            Ok(Step {
                version,
                ..Step::default()
            })
        });
        Ok(Response::new(first.chain(stream::pending()).boxed()))
    }
}
