//! Scopes as metrics for Prometheus, with a dashboard for Grafana beside this file.
//!
//! ```text
//! cargo run --example metrics
//! curl http://127.0.0.1:9000/metrics
//! ```
//!
//! `dashboard.json` imports as it is (Dashboards → New → Import). The example calls a service of
//! its own all the time: most calls are answered, some take too long, and a few subscribers stay.

use std::{net::SocketAddr, time::Duration};

use clap::Parser;
use futures::{StreamExt, stream, stream::BoxStream};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};
use tokio::{
    net::TcpListener,
    time::{interval, sleep},
};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status, transport::Server};
use tonic_scope::{ServerScopeLayer, monitor::metrics, scoped};
use tonic_scope_examples::discovery::{
    CheckRequest, Settings, Step, WatchRequest,
    config_client::ConfigClient,
    config_server::{Config, ConfigServer},
};

#[derive(Parser)]
struct Args {
    /// Where to serve the metrics.
    #[arg(long, default_value = "127.0.0.1:9000")]
    address: SocketAddr,
    /// How often to record them: as often as they are scraped is enough.
    #[arg(long, default_value_t = 1_000)]
    every_millis: u64,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    // All that a service needs: an exporter, with our buckets, and somebody who records.
    PrometheusBuilder::new()
        .with_http_listener(args.address)
        .set_buckets_for_metric(
            Matcher::Full("rpc.client.call.duration".to_owned()),
            &metrics::DURATION_BUCKETS,
        )?
        .install()?;
    let _recording = metrics::record_every(Duration::from_millis(args.every_millis))?;
    println!("http://{}/metrics", args.address);

    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    let server = Server::builder()
        .layer(ServerScopeLayer::new())
        .add_service(ConfigServer::new(Settling))
        .serve_with_incoming(TcpListenerStream::new(listener));
    let calls = async {
        let mut ticks = interval(Duration::from_millis(50));
        for n in 0_u64.. {
            ticks.tick().await;
            let url = url.clone();
            tokio::spawn(async move {
                // What becomes of it is in the metrics.
                let _ = match n % 20 {
                    0 => subscribe(url).await,
                    n => check(url, n).await,
                };
            });
        }
    };
    tokio::select! {
        done = server => done?,
        () = calls => {}
        stop = tokio::signal::ctrl_c() => stop?,
    }
    Ok(())
}

#[scoped(timeout = "1s", call_timeout = "300ms")]
async fn check(url: String, n: u64) -> Result<(), Status> {
    let mut client = ConfigClient::connect(url).await?;
    client.check(CheckRequest { cycle: n }).await?;
    Ok(())
}

#[scoped(timeout = "5s")]
async fn subscribe(url: String) -> Result<(), Status> {
    let mut client = ConfigClient::connect(url).await?;
    let mut steps = client
        .watch(WatchRequest { version: 1 })
        .await?
        .into_inner();
    while steps.message().await?.is_some() {}
    Ok(())
}

struct Settling;

#[scoped(timeout = "2s", stream(timeout = "1h", idle = "30s"))]
#[tonic::async_trait]
impl Config for Settling {
    type WatchStream = BoxStream<'static, Result<Step, Status>>;

    async fn check(&self, request: Request<CheckRequest>) -> Result<Response<Settings>, Status> {
        // Every seventh takes longer than its caller waits.
        let slow = request.into_inner().cycle % 7 == 3;
        sleep(Duration::from_millis(if slow { 400 } else { 5 })).await;
        Ok(Response::new(Settings::default()))
    }

    async fn watch(
        &self,
        request: Request<WatchRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let version = request.into_inner().version;
        let steps = stream::unfold((), move |()| async move {
            sleep(Duration::from_millis(100)).await;
            let step = Step {
                version,
                ..Step::default()
            };
            Some((Ok(step), ()))
        });
        Ok(Response::new(steps.boxed()))
    }
}
