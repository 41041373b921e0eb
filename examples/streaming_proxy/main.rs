//! A proxy for a stream: it ends with its reader, and with a source that falls silent.
//!
//! ```text
//! cargo run --example streaming_proxy
//! ```
//!
//! The proxy hands on what it gets from a source, as it comes. Look for:
//!
//! 1. three ticks, after which the reader leaves: the source sees that at once, though it is two
//!    connections away and was in the middle of a stream without an end;
//! 2. two ticks and then silence: `DeadlineExceeded`, because the proxy's `idle` limit is over,
//!    and the source sees that as well;
//! 3. no scope is left.

use std::time::Duration;

use futures::{StreamExt, stream, stream::BoxStream};
use tokio::{
    sync::mpsc,
    time::{interval, timeout},
};
use tokio_stream::wrappers::IntervalStream;
use tonic::{
    Request, Response, Status, Streaming,
    transport::{
        Channel, Endpoint, Server,
        server::{Router, TcpIncoming},
    },
};
use tonic_scope::{Scoped, scoped};
use tonic_scope_examples::ladder::{
    Tick, WatchRequest,
    ticks_client::TicksClient,
    ticks_server::{Ticks, TicksServer},
};

const PATIENCE: Duration = Duration::from_secs(10);
const PERIOD: Duration = Duration::from_millis(10);

struct Proxy {
    source: TicksClient<Scoped<Channel>>,
}

/// A stream has no limit in all here, and may stand still for so long.
#[scoped(timeout = "1s", stream(idle = "300ms"))]
#[tonic::async_trait]
impl Ticks for Proxy {
    type WatchStream = Streaming<Tick>;

    async fn watch(
        &self,
        request: Request<WatchRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        // The stream owns the scope from here on, and the call to the source is bound to that.
        self.source.clone().watch(request.into_inner()).await
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let (left, mut readers) = mpsc::unbounded_channel();
    let source = serve(Server::builder().add_service(TicksServer::new(Source { left })))?;
    let source = Endpoint::from_shared(source)?.connect_lazy();
    let source = TicksClient::new(Scoped::new(source));
    let proxy = serve(Server::builder().add_service(TicksServer::new(Proxy { source })))?;

    for (reads, silent_after) in [(3, u64::MAX), (3, 2)] {
        let mut proxy = TicksClient::connect(proxy.clone()).await?;
        let mut ticks = proxy
            .watch(WatchRequest { silent_after })
            .await?
            .into_inner();
        for _ in 0..reads {
            match timeout(PATIENCE, ticks.message()).await? {
                Ok(Some(tick)) => println!("tick {}", tick.number),
                Ok(None) => println!("the end"),
                Err(status) => println!("{:?}, {}", status.code(), status.message()),
            }
        }
        drop(ticks);
        if timeout(PATIENCE, readers.recv()).await?.is_some() {
            println!("source: the reader has left");
        }
    }
    println!("scopes alive: {}", tonic_scope::monitor::live_scopes());
    Ok(())
}

/// A peer in plain tonic, whose stream has no end.
struct Source {
    left: mpsc::UnboundedSender<()>,
}

#[tonic::async_trait]
impl Ticks for Source {
    type WatchStream = BoxStream<'static, Result<Tick, Status>>;

    async fn watch(
        &self,
        request: Request<WatchRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let silent_after = request.into_inner().silent_after;
        let reader = Reader(self.left.clone());
        let ticks = IntervalStream::new(interval(PERIOD))
            .zip(stream::iter(1..=silent_after))
            .chain(stream::pending())
            .map(move |(_, number)| {
                let _reader = &reader;
                Ok(Tick { number })
            });
        Ok(Response::new(ticks.boxed()))
    }
}

/// Says that the stream which it is in was dropped.
struct Reader(mpsc::UnboundedSender<()>);

impl Drop for Reader {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}

fn serve(router: Router) -> anyhow::Result<String> {
    let incoming = TcpIncoming::bind(([127, 0, 0, 1], 0).into())?;
    let url = format!("http://{}", incoming.local_addr()?);
    tokio::spawn(router.serve_with_incoming(incoming));
    Ok(url)
}
