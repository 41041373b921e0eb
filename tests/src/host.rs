use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use bytes::Bytes;
use h2::{RecvStream, server::SendResponse};
use http::{HeaderMap, HeaderValue, Request, Response};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::Apart;

/// A gRPC server that can be stopped and started again on its port, and counts
/// its connections. It runs apart.
///
/// Calls to `Unary` and `Upload` are answered with an empty message. `Download`
/// and `Chat` get headers and one message, and then nothing.
#[derive(Debug)]
pub struct Host {
    address: SocketAddr,
    counts: Arc<Counts>,
    apart: Option<Apart>,
}

#[derive(Debug, Default)]
struct Counts {
    open: AtomicUsize,
    most: AtomicUsize,
    accepted: AtomicUsize,
    answered: AtomicUsize,
}

impl Host {
    /// Starts it on a free port of the loopback interface.
    ///
    /// # Panics
    ///
    /// If no port is free.
    pub async fn start() -> Self {
        Self::start_at(Ipv4Addr::LOCALHOST).await
    }

    /// Starts it on a free port of `address`, which is one of 127.0.0.0/8.
    ///
    /// # Panics
    ///
    /// If no port is free.
    pub async fn start_at(address: Ipv4Addr) -> Self {
        Self::start_on((address, 0).into()).await
    }

    /// Starts it on a port of its own choosing, or on this one.
    ///
    /// # Panics
    ///
    /// If the port is taken.
    pub async fn start_on(address: SocketAddr) -> Self {
        let mut host = Self {
            address,
            counts: Arc::default(),
            apart: None,
        };
        host.restart().await;
        host
    }

    /// Stops it, with all its connections.
    pub fn stop(&mut self) {
        if let Some(apart) = self.apart.take() {
            apart.end();
        }
    }

    /// Starts it again, where it was.
    ///
    /// # Panics
    ///
    /// If its port does not become free.
    pub async fn restart(&mut self) {
        self.stop();
        let apart = Apart::new("host");
        let mut listening = apart.run(listen(self.address)).await;
        for _ in 0..1_000 {
            if listening.is_ok() {
                break;
            }
            // The runtime that had it is still going down.
            tokio::time::sleep(Duration::from_millis(1)).await;
            listening = apart.run(listen(self.address)).await;
        }
        let listener = listening.expect("a free port");
        self.address = listener.local_addr().expect("a bound socket");
        apart
            .handle()
            .spawn(accept(listener, Arc::clone(&self.counts)));
        self.apart = Some(apart);
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        crate::serve::url(self.address)
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// How many connections are open.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.counts.open.load(SeqCst)
    }

    /// How many were open at once. One that has been closed counts until that
    /// has been noticed here.
    #[must_use]
    pub fn most(&self) -> usize {
        self.counts.most.load(SeqCst)
    }

    /// How many there were.
    #[must_use]
    pub fn accepted(&self) -> usize {
        self.counts.accepted.load(SeqCst)
    }

    /// How many calls were answered.
    #[must_use]
    pub fn answered(&self) -> usize {
        self.counts.answered.load(SeqCst)
    }
}

#[allow(
    clippy::unused_async,
    reason = "a socket registers with the runtime that it is made in"
)]
async fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    // The connections of the one before may still be closing.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(4_096)
}

async fn accept(listener: TcpListener, counts: Arc<Counts>) {
    while let Ok((socket, _)) = listener.accept().await {
        tokio::spawn(serve(socket, Open::new(&counts)));
    }
}

/// A connection that is open.
struct Open(Arc<Counts>);

impl Open {
    fn new(counts: &Arc<Counts>) -> Self {
        counts.accepted.fetch_add(1, SeqCst);
        let open = counts.open.fetch_add(1, SeqCst) + 1;
        counts.most.fetch_max(open, SeqCst);
        Self(Arc::clone(counts))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, SeqCst);
    }
}

async fn serve(socket: TcpStream, open: Open) {
    let Ok(mut connection) = h2::server::handshake(socket).await else {
        return;
    };
    while let Some(Ok((request, respond))) = connection.accept().await {
        let counts = Arc::clone(&open.0);
        tokio::spawn(async move {
            // Who has left needs no answer.
            let _ = answer(request, respond, &counts).await;
        });
    }
}

/// Not compressed, no bytes long.
const EMPTY_MESSAGE: Bytes = Bytes::from_static(&[0; 5]);

async fn answer(
    request: Request<RecvStream>,
    mut respond: SendResponse<Bytes>,
    counts: &Counts,
) -> Result<(), h2::Error> {
    let path = request.uri().path();
    let streams = path.ends_with("Download") || path.ends_with("Chat");
    let mut upload = request.into_body();
    while !streams && let Some(data) = upload.data().await {
        let length = data?.len();
        let _ = upload.flow_control().release_capacity(length);
    }
    let mut head = Response::new(());
    let grpc = HeaderValue::from_static("application/grpc");
    head.headers_mut().insert("content-type", grpc);
    let mut download = respond.send_response(head, false)?;
    download.send_data(EMPTY_MESSAGE, false)?;
    counts.answered.fetch_add(1, SeqCst);
    if streams {
        std::future::poll_fn(|cx| download.poll_reset(cx)).await?;
        return Ok(());
    }
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static("0"));
    download.send_trailers(trailers)
}
