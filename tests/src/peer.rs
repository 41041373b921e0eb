use std::{
    future::poll_fn,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
};

use bytes::Bytes;
use h2::{Reason, RecvStream, SendStream, server::SendResponse};
use http::{Request, Response};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};

use crate::Apart;

/// What a peer saw of a call, on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Seen {
    /// A call's headers: its method, and its `grpc-timeout`.
    Opened(String, Option<String>),
    /// The upload ended as one that is complete.
    UploadComplete,
    /// The caller reset the call's stream.
    Reset(Reason),
    /// The connection went away under the call.
    Lost,
}

/// How a peer answers; after that it is silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Talk {
    /// `Unary` and `Upload` are never answered. `Download` and `Chat` get headers
    /// and one empty message.
    Message,
    /// Every call gets headers.
    Headers,
    /// As `Message`, but one call at a time, which is all it allows.
    OneCall,
    /// `Download` and `Chat` get messages without end, as fast as they are taken.
    Endless,
    /// Nobody is answered, and of an upload no more is taken than fits the window.
    Deaf,
}

/// A gRPC server that is HTTP/2 and nothing more, so that a test sees what was
/// sent and not what a library made of it.
///
/// Calls to `Unary` and `Upload` are never answered. `Download` and `Chat` get
/// headers and one empty message, and then nothing, unless said otherwise. It runs
/// apart.
#[derive(Debug)]
pub struct Peer {
    address: SocketAddr,
    log: Arc<Log>,
    _apart: Apart,
}

#[derive(Debug)]
struct Log {
    talk: Talk,
    /// Tells its connections to go away, with a word.
    leaves: watch::Sender<()>,
    /// How many bytes of answers the transport has taken.
    sent: AtomicUsize,
    seen: Mutex<Vec<Seen>>,
    connections: AtomicUsize,
    calls: AtomicUsize,
}

impl Peer {
    /// Starts it on a free port of the loopback interface.
    ///
    /// # Panics
    ///
    /// If no port is free.
    pub async fn start() -> Self {
        Self::that(Talk::Message).await
    }

    /// Starts one that answers in this way.
    ///
    /// # Panics
    ///
    /// If no port is free.
    pub async fn that(talk: Talk) -> Self {
        let apart = Apart::new("peer");
        let log = Arc::new(Log {
            talk,
            leaves: watch::Sender::new(()),
            sent: AtomicUsize::new(0),
            seen: Mutex::default(),
            connections: AtomicUsize::new(0),
            calls: AtomicUsize::new(0),
        });
        let listener = apart
            .run(TcpListener::bind("127.0.0.1:0"))
            .await
            .expect("a free port");
        let address = listener.local_addr().expect("a bound socket");
        apart.handle().spawn(accept(listener, Arc::clone(&log)));
        Self {
            address,
            log,
            _apart: apart,
        }
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        crate::serve::url(self.address)
    }

    /// All that it saw so far, in order.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        self.log.seen().clone()
    }

    /// How many calls it has been sent.
    #[must_use]
    pub fn opened(&self) -> usize {
        self.log
            .seen()
            .iter()
            .filter(|seen| matches!(seen, Seen::Opened(..)))
            .count()
    }

    /// Ends every connection with a GOAWAY that says there was an error.
    pub fn leave(&self) {
        self.log.leaves.send_replace(());
    }

    /// How many bytes of endless answers have been taken from it.
    #[must_use]
    pub fn sent(&self) -> usize {
        self.log.sent.load(Ordering::SeqCst)
    }

    /// How many connections are open.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.log.connections.load(Ordering::SeqCst)
    }

    /// How many calls are open.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.log.calls.load(Ordering::SeqCst)
    }
}

impl Log {
    fn seen(&self) -> std::sync::MutexGuard<'_, Vec<Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, seen: Seen) {
        self.seen().push(seen);
    }
}

async fn accept(listener: TcpListener, log: Arc<Log>) {
    while let Ok((socket, _)) = listener.accept().await {
        log.connections.fetch_add(1, Ordering::SeqCst);
        let log = Arc::clone(&log);
        tokio::spawn(async move {
            serve(socket, &log).await;
            log.connections.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

async fn serve(socket: TcpStream, log: &Arc<Log>) {
    let mut builder = h2::server::Builder::new();
    // A test that cancels many calls at once is no attack.
    builder
        .max_concurrent_reset_streams(100_000)
        .max_pending_accept_reset_streams(100_000);
    if log.talk == Talk::OneCall {
        builder.max_concurrent_streams(1);
    }
    let Ok(mut connection) = builder.handshake(socket).await else {
        return;
    };
    let mut leaves = log.leaves.subscribe();
    loop {
        let accepted = tokio::select! {
            accepted = connection.accept() => accepted,
            Ok(()) = leaves.changed() => {
                connection.abrupt_shutdown(Reason::INTERNAL_ERROR);
                let _ = poll_fn(|cx| connection.poll_closed(cx)).await;
                return;
            }
        };
        let Some(Ok((request, respond))) = accepted else {
            return;
        };
        let log = Arc::clone(log);
        log.calls.fetch_add(1, Ordering::SeqCst);
        tokio::spawn(async move {
            let end = call(request, respond, &log).await;
            log.note(end);
            log.calls.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

/// Follows a call to its end, which only the caller can bring about.
async fn call(request: Request<RecvStream>, respond: SendResponse<Bytes>, log: &Log) -> Seen {
    let path = request.uri().path();
    let timeout = request
        .headers()
        .get("grpc-timeout")
        .and_then(|value| value.to_str().ok());
    log.note(Seen::Opened(path.to_owned(), timeout.map(str::to_owned)));
    let downloads = path.ends_with("Download");
    let streams = downloads || path.ends_with("Chat");
    let mut upload = request.into_body();
    if log.talk == Talk::Deaf {
        return Answer::Silent(respond).reset().await;
    }
    let mut answer = Answer::begin(respond, streams, log.talk);
    if streams && log.talk == Talk::Endless {
        if downloads {
            while let Some(Ok(_)) = upload.data().await {}
            log.note(Seen::UploadComplete);
        }
        return answer.go_on(&log.sent).await;
    }
    // Both halves are watched: once an upload is complete, only the other half
    // tells that the caller goes away.
    loop {
        let data = tokio::select! {
            biased;
            data = upload.data() => data,
            end = answer.reset() => return end,
        };
        match data {
            Some(Ok(data)) => drop(upload.flow_control().release_capacity(data.len())),
            Some(Err(error)) => return ended(Err(error)),
            None => {
                log.note(Seen::UploadComplete);
                return answer.reset().await;
            }
        }
    }
}

/// Not compressed, no bytes long.
const EMPTY_MESSAGE: Bytes = Bytes::from_static(&[0; 5]);

/// How many bytes an endless answer asks room for at once.
const LARGE: usize = 16 * 1024;

/// The peer's half of a call.
enum Answer {
    Silent(SendResponse<Bytes>),
    Streaming(SendStream<Bytes>),
    Failed,
}

impl Answer {
    fn begin(mut respond: SendResponse<Bytes>, streams: bool, talk: Talk) -> Self {
        if !streams && talk != Talk::Headers {
            return Self::Silent(respond);
        }
        let head = Response::builder()
            .header("content-type", "application/grpc")
            .body(());
        let stream = head
            .ok()
            .and_then(|head| respond.send_response(head, false).ok());
        let Some(mut stream) = stream else {
            return Self::Failed;
        };
        if talk == Talk::Headers {
            return Self::Streaming(stream);
        }
        match stream.send_data(EMPTY_MESSAGE, false) {
            Ok(()) => Self::Streaming(stream),
            Err(_) => Self::Failed,
        }
    }

    /// Sends messages until the caller ends the call.
    async fn go_on(&mut self, sent: &AtomicUsize) -> Seen {
        while let Self::Streaming(stream) = self {
            stream.reserve_capacity(LARGE);
            let room = poll_fn(|cx| match stream.poll_reset(cx) {
                Poll::Ready(reset) => Poll::Ready(Err(reset)),
                Poll::Pending => stream.poll_capacity(cx).map(Ok),
            });
            let room = match room.await {
                Ok(room) => room,
                Err(reset) => return ended(reset),
            };
            let Some(Ok(room)) = room else { break };
            let messages = EMPTY_MESSAGE.repeat(room / EMPTY_MESSAGE.len()).into();
            if stream.send_data(messages, false).is_err() {
                break;
            }
            sent.fetch_add(room, Ordering::SeqCst);
        }
        self.reset().await
    }

    async fn reset(&mut self) -> Seen {
        ended(match self {
            Self::Silent(respond) => poll_fn(|cx| respond.poll_reset(cx)).await,
            Self::Streaming(stream) => poll_fn(|cx| stream.poll_reset(cx)).await,
            Self::Failed => return Seen::Lost,
        })
    }
}

fn ended(reset: Result<Reason, h2::Error>) -> Seen {
    match reset {
        Ok(reason) => Seen::Reset(reason),
        Err(error) if error.is_reset() => error.reason().map_or(Seen::Lost, Seen::Reset),
        Err(_) => Seen::Lost,
    }
}
