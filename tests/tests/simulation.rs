//! Hours of simulated time over a network that is cut, mended and slow: no scope
//! outlives its deadline plus what its close may take.

use std::{
    net::{IpAddr, Ipv4Addr},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use futures::{StreamExt, stream, stream::BoxStream};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, sleep},
};
use tonic::{
    Request, Response, Status, Streaming,
    transport::{Channel, Endpoint, Server, Uri, server::Connected},
};
use tonic_scope::{Scoped, ServerScopeLayer, defer, monitor, scoped};
use tonic_scope_tests::shapes::{
    Answer, Ask,
    shapes_client::ShapesClient,
    shapes_server::{Shapes, ShapesServer},
};
use turmoil::net::{TcpListener, TcpStream};

const PORT: u16 = 50051;
const HOURS: u64 = 1;

/// Of every scope here, and so the longest that a close may take: four times, with
/// as much again for each scope within.
const GRACE: Duration = Duration::from_millis(100);
const CLOSES: Duration = Duration::from_millis(100 * 4 * 2);

/// The simulation moves in steps.
const TICK: Duration = Duration::from_millis(50);

/// How often it is looked for what is overdue.
const LOOK: Duration = Duration::from_secs(1);

/// A simulated connection that tonic's server can serve.
struct Simulated(TcpStream);

impl Connected for Simulated {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

impl AsyncRead for Simulated {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Simulated {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

fn endpoint() -> Endpoint {
    Endpoint::from_static("http://server:50051")
}

fn connector()
-> impl tower::Service<Uri, Response = TokioIo<TcpStream>, Error = std::io::Error, Future: Send> + Clone
{
    tower::service_fn(|_: Uri| async {
        let stream = TcpStream::connect(("server", PORT)).await?;
        Ok(TokioIo::new(stream))
    })
}

/// Answers after as many milliseconds as it is asked to; its streams never end.
struct Service;

#[scoped(
    timeout = "20s",
    grace = "100ms",
    stream(timeout = "60s", idle = "10s")
)]
#[tonic::async_trait]
impl Shapes for Service {
    type DownloadStream = BoxStream<'static, Result<Answer, Status>>;
    type ChatStream = BoxStream<'static, Result<Answer, Status>>;

    async fn unary(&self, request: Request<Ask>) -> Result<Response<Answer>, Status> {
        let millis = request.get_ref().text.parse().unwrap_or_default();
        sleep(Duration::from_millis(millis)).await;
        Ok(Response::new(Answer::default()))
    }

    async fn upload(&self, request: Request<Streaming<Ask>>) -> Result<Response<Answer>, Status> {
        let mut asks = request.into_inner();
        while asks.message().await?.is_some() {}
        Ok(Response::new(Answer::default()))
    }

    async fn download(&self, _: Request<Ask>) -> Result<Response<Self::DownloadStream>, Status> {
        Ok(Response::new(ticks()))
    }

    async fn chat(&self, _: Request<Streaming<Ask>>) -> Result<Response<Self::ChatStream>, Status> {
        Ok(Response::new(ticks()))
    }
}

fn ticks() -> BoxStream<'static, Result<Answer, Status>> {
    stream::unfold((), |()| async {
        sleep(Duration::from_secs(1)).await;
        Some((Ok(Answer::default()), ()))
    })
    .boxed()
}

/// A handler's work: calls of every shape over a temporary client and a long-lived
/// one, a task that listens, and a cleanup that calls.
#[scoped(timeout = "15s", grace = "100ms", call_timeout = "8s")]
async fn work(round: u64, lasting: ShapesClient<Scoped<Channel>>) -> Result<(), Status> {
    let mut cleans = lasting.clone();
    defer(async move {
        let _ = cleans.unary(Ask::default()).await;
    })?;
    let _listener = tokio::spawn(async {
        tonic_scope::cancelled().await;
        sleep(GRACE / 2).await;
    });
    let channel = endpoint().connect_with_connector(connector()).await?;
    let mut clients = [ShapesClient::new(channel), lasting];
    let client = &mut clients[usize::from((round / 4).is_multiple_of(2))];
    let ask = Ask {
        text: (round % 6 * 100).to_string(),
    };
    match round % 4 {
        0 => drop(client.unary(ask).await?),
        1 => drop(
            client
                .upload(stream::iter([ask]).chain(stream::pending()))
                .await?,
        ),
        2 => read(client.download(ask).await?.into_inner()).await?,
        _ => {
            let asks = stream::iter([ask]).chain(stream::pending());
            read(client.chat(asks).await?.into_inner()).await?;
        }
    }
    tonic_scope::check()?;
    Ok(())
}

async fn read(mut answers: Streaming<Answer>) -> Result<(), Status> {
    while answers.message().await?.is_some() {}
    Ok(())
}

/// Whether a scope is still there, though its time and that of its close are over.
fn is_overdue(scope: &monitor::ScopeSnapshot) -> bool {
    let limit = match scope.name {
        "work" => 15,
        "Service::unary" | "Service::upload" => 20,
        "Service::download" | "Service::chat" => 60,
        // The server, and cleanups, whose scopes are of the close.
        _ => return false,
    };
    scope.age > Duration::from_secs(limit) + CLOSES + LOOK
}

/// One after the other: the scopes of a process are listed together, and each
/// simulation has a clock of its own.
#[test]
fn no_scope_outlives_its_deadline_and_its_close() {
    [7, 8].into_iter().for_each(simulate);
}

fn simulate(seed: u64) {
    let mut sim = turmoil::Builder::new()
        .rng_seed(seed)
        .simulation_duration(Duration::from_secs(HOURS * 3600))
        .tick_duration(TICK)
        .min_message_latency(Duration::from_millis(1))
        .max_message_latency(Duration::from_millis(800))
        .tcp_capacity(4096)
        .build();
    sim.host("server", || async {
        let listener = TcpListener::bind((IpAddr::from(Ipv4Addr::UNSPECIFIED), PORT)).await?;
        let incoming = stream::unfold(listener, |listener| async move {
            let accepted = listener.accept().await.map(|(stream, _)| Simulated(stream));
            Some((accepted, listener))
        });
        Server::builder()
            .layer(ServerScopeLayer::new())
            .add_service(ShapesServer::new(Service))
            .serve_with_incoming(incoming.boxed())
            .await?;
        Ok(())
    });
    let outcomes = Arc::new([const { AtomicUsize::new(0) }; 2]);
    let counts = Arc::clone(&outcomes);
    sim.client("caller", async move {
        let lasting = endpoint().connect_with_connector_lazy(connector());
        let lasting = ShapesClient::new(Scoped::new(lasting));
        // Of all hosts: they share the process, and the clock but for the moment
        // at which each has started.
        tokio::spawn(async {
            loop {
                sleep(LOOK).await;
                let overdue = monitor::snapshot().scopes.into_iter().find(is_overdue);
                assert!(overdue.is_none(), "{}", overdue.expect("there"));
            }
        });
        let end = Instant::now() + Duration::from_secs(HOURS * 3600 - 200);
        let mut round = 0;
        while Instant::now() < end {
            round += 1;
            match round % 7 {
                3 => turmoil::partition("caller", "server"),
                5 => turmoil::hold("caller", "server"),
                6 => turmoil::release("caller", "server"),
                0 => turmoil::repair("caller", "server"),
                _ => {}
            }
            let began = Instant::now();
            let (first, second) = tokio::join!(
                work(round, lasting.clone()),
                work(round + 1, lasting.clone())
            );
            for outcome in [first, second] {
                counts[usize::from(outcome.is_err())].fetch_add(1, Ordering::Relaxed);
            }
            let limit = Duration::from_secs(15) + CLOSES;
            assert!(began.elapsed() <= limit + TICK * 2, "{:?}", began.elapsed());
        }
        turmoil::repair("caller", "server");
        turmoil::release("caller", "server");
        sleep(Duration::from_secs(100)).await;
        Ok(())
    });
    sim.run().expect("no scope outlives its time");
    let [fine, failed] = &*outcomes;
    assert!(fine.load(Ordering::Relaxed) > 0, "some calls got through");
    assert!(failed.load(Ordering::Relaxed) > 0, "and some did not");
    let ours: Vec<_> = monitor::snapshot()
        .scopes
        .into_iter()
        .filter(|scope| scope.name != "server")
        .collect();
    assert!(ours.is_empty(), "{ours:?}");
}
