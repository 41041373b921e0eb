use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::watch,
};

use crate::Apart;

/// A line to a peer that can go bad: a TCP relay, which runs apart and counts
/// who is connected.
#[derive(Debug)]
pub struct Wire {
    address: SocketAddr,
    state: watch::Sender<Line>,
    to: Arc<Mutex<Option<SocketAddr>>>,
    connections: Arc<AtomicUsize>,
    _apart: Apart,
}

/// What becomes of what is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    Good,
    /// It vanishes, in both directions, and nobody is told.
    Dead,
    /// Both ends are reset.
    Cut,
}

impl Wire {
    /// Leads to the peer at `url`; without one, to a listener that accepts and
    /// never says a word.
    ///
    /// # Panics
    ///
    /// If there is no free port, or `url` is none.
    pub async fn to(url: Option<&str>) -> Self {
        let to = url.map(address_of);
        let apart = Apart::new("wire");
        let listener = apart.run(TcpListener::bind("127.0.0.1:0")).await;
        let listener = listener.expect("a free port");
        let address = listener.local_addr().expect("a bound socket");
        let line = if to.is_some() { Line::Good } else { Line::Dead };
        let (state, seen) = watch::channel(line);
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        let to = Arc::new(Mutex::new(to));
        apart
            .handle()
            .spawn(accept(listener, Arc::clone(&to), seen, count));
        Self {
            address,
            state,
            to,
            connections,
            _apart: apart,
        }
    }

    /// Its URL.
    #[must_use]
    pub fn url(&self) -> String {
        crate::serve::url(self.address)
    }

    /// How many connections are open at the near end.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Leads new connections to another peer.
    ///
    /// # Panics
    ///
    /// If `url` is none.
    pub fn lead_to(&self, url: &str) {
        *self.to.lock().unwrap_or_else(PoisonError::into_inner) = Some(address_of(url));
    }

    /// From now on what is sent vanishes, as if the other end had lost its power:
    /// the connections are half-open.
    pub fn die(&self) {
        self.state.send_replace(Line::Dead);
    }

    /// Resets both ends.
    pub fn cut(&self) {
        self.state.send_replace(Line::Cut);
    }
}

fn address_of(url: &str) -> SocketAddr {
    let address = url.strip_prefix("http://").expect("a URL of a test");
    address.parse().expect("an address")
}

async fn accept(
    listener: TcpListener,
    to: Arc<Mutex<Option<SocketAddr>>>,
    line: watch::Receiver<Line>,
    connections: Arc<AtomicUsize>,
) {
    while let Ok((near, _)) = listener.accept().await {
        connections.fetch_add(1, Ordering::SeqCst);
        let (line, connections) = (line.clone(), Arc::clone(&connections));
        let to = *to.lock().unwrap_or_else(PoisonError::into_inner);
        tokio::spawn(async move {
            // The near end goes away, or the line is cut.
            let _ = relay(near, to, line).await;
            connections.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

async fn relay(
    mut near: TcpStream,
    to: Option<SocketAddr>,
    mut line: watch::Receiver<Line>,
) -> io::Result<()> {
    let mut far = match to {
        Some(address) => Some(TcpStream::connect(address).await?),
        None => None,
    };
    let (mut there, mut back) = (vec![0; BUFFER], vec![0; BUFFER]);
    loop {
        tokio::select! {
            read = near.read(&mut there) => {
                let read = read?;
                let good = now(&line) == Line::Good;
                match &mut far {
                    _ if read == 0 => return Ok(()),
                    Some(far) if good => far.write_all(&there[..read]).await?,
                    _ => {}
                }
            }
            read = read_from(&mut far, &mut back) => match (read, now(&line)) {
                (Ok(read @ 1..), Line::Good) => near.write_all(&back[..read]).await?,
                (Ok(1..), _) => {}
                (Ok(0) | Err(_), Line::Good) => return Ok(()),
                // The near end is not told.
                (Ok(0) | Err(_), _) => far = None,
            },
            Ok(()) = line.changed() => if now(&line) == Line::Cut {
                near.set_zero_linger()?;
                far.map_or(Ok(()), |far| far.set_zero_linger())?;
                return Ok(());
            },
        }
    }
}

fn now(line: &watch::Receiver<Line>) -> Line {
    *line.borrow()
}

const BUFFER: usize = 16 * 1024;

async fn read_from(far: &mut Option<TcpStream>, buffer: &mut [u8]) -> io::Result<usize> {
    match far {
        Some(far) => far.read(buffer).await,
        None => std::future::pending().await,
    }
}
