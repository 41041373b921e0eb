//! The running services: their servers, their ports, and who is gone at the moment.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::oneshot,
    task::{JoinHandle, JoinSet},
    time::{sleep, timeout},
};
use tokio_stream::{Stream, StreamExt, wrappers::TcpListenerStream};
use tonic_scope_examples::discovery::config_server::ConfigServer;

use crate::{
    calls::Calls,
    faults::Faults,
    mode::Mode,
    node::{Node, Peer},
    services::{Services, Vanish},
};

/// How long a server that shuts down waits for its open streams.
const GRACE: Duration = Duration::from_millis(100);
/// The pause after a connection could not be accepted or a port not be opened.
const PAUSE: Duration = Duration::from_millis(10);
const BACKLOG: u32 = 1024;

/// All services of one mode.
pub(crate) struct Fleet {
    members: Vec<Member>,
    accepted: Accepted,
}

/// How many connections there were.
type Accepted = Arc<AtomicU64>;

struct Member {
    node: Arc<Node>,
    address: SocketAddr,
    vanish: Option<Vanish>,
    door: Door,
}

enum Door {
    /// ## Open => Shut
    ///
    /// The server is told to stop and waited for during `GRACE`; its listener is closed.
    Open(Server),
    /// ## Shut => Open
    ///
    /// The port is listened on again. Until then it is held by a socket that does not listen: it
    /// refuses connections as a closed one does, and no outgoing connection can take its number.
    Shut(Option<TcpSocket>),
}

struct Server {
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Fleet {
    /// Starts every service on a port of its own; when this returns, all of them accept.
    pub(crate) async fn start<M: Mode>(services: &Services, seed: u64) -> io::Result<Self> {
        let mut listeners = Vec::new();
        for _ in services.iter() {
            listeners.push(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?);
        }
        let addresses = listeners
            .iter()
            .map(TcpListener::local_addr)
            .collect::<io::Result<Vec<_>>>()?;
        let accepted = Accepted::default();
        let members =
            services
                .iter()
                .zip(listeners)
                .enumerate()
                .map(|(at, (service, listener))| {
                    let peers = addresses.iter().filter(|&&peer| peer != addresses[at]);
                    let peers = peers.map(|&peer| Peer::new(peer)).collect();
                    let faults = Faults::new(service, seed, at);
                    let node = Arc::new(Node::new(service.name.clone(), faults, peers));
                    let door = Door::Open(Server::start::<M>(node.clone(), listener, &accepted));
                    Member {
                        node,
                        address: addresses[at],
                        vanish: service.vanish,
                        door,
                    }
                });
        Ok(Self {
            members: members.collect(),
            accepted,
        })
    }

    /// Lets services vanish and return as their calendar has it.
    pub(crate) async fn turn_to<M: Mode>(&mut self, cycle: u64) {
        for member in &mut self.members {
            let gone = member.vanish.is_some_and(|vanish| vanish.is_gone(cycle));
            member.turn::<M>(gone, &self.accepted).await;
        }
    }

    /// Brings everyone back, so that the end is compared with the start of the same fleet.
    pub(crate) async fn recover<M: Mode>(&mut self) {
        for member in &mut self.members {
            member.turn::<M>(false, &self.accepted).await;
        }
    }

    /// How many connections there were, to all services together.
    pub(crate) fn accepted(&self) -> u64 {
        self.accepted.load(Relaxed)
    }

    /// One tick of every service that is there, all at once.
    pub(crate) async fn tick<M: Mode>(&self, calls: &Calls, cycle: u64) {
        let present = self
            .members
            .iter()
            .filter(|member| matches!(member.door, Door::Open(_)));
        let ticks = present.map(|member| M::tick(member.node.clone(), calls.clone(), cycle));
        ticks.collect::<JoinSet<()>>().join_all().await;
    }
}

impl Member {
    async fn turn<M: Mode>(&mut self, gone: bool, accepted: &Accepted) {
        let door = std::mem::replace(&mut self.door, Door::Shut(None));
        self.door = match door {
            Door::Open(server) if gone => {
                server.stop().await;
                Door::Shut(hold(self.address).await.ok())
            }
            // Out of descriptors a port cannot be opened; the next cycle tries again.
            Door::Shut(held) if !gone => match listen(held, self.address).await {
                Ok(listener) => {
                    Door::Open(Server::start::<M>(self.node.clone(), listener, accepted))
                }
                Err(_) => Door::Shut(None),
            },
            door => door,
        };
    }
}

impl Server {
    fn start<M: Mode>(node: Arc<Node>, listener: TcpListener, accepted: &Accepted) -> Self {
        let (stop, stopped) = oneshot::channel();
        let server = tonic::transport::Server::builder()
            .add_service(ConfigServer::new(M::service(node)))
            .serve_with_incoming_shutdown(accept(listener, Arc::clone(accepted)), async {
                let _ = stopped.await;
            });
        // A server that fails is a service that is gone: its callers see it and count it.
        let serving = tokio::spawn(async { drop(server.await) });
        Self { stop, serving }
    }

    /// Shuts down the usual way: gracefully, and no longer than `GRACE`.
    ///
    /// tonic itself waits for open streams without bound (grpc-rust #1820). Its connections are
    /// tasks of their own, so the ones whose streams hang outlive the server that gives up on them.
    async fn stop(mut self) {
        let _ = self.stop.send(());
        if timeout(GRACE, &mut self.serving).await.is_err() {
            self.serving.abort();
            let _ = self.serving.await;
        }
    }
}

fn accept(listener: TcpListener, accepted: Accepted) -> impl Stream<Item = io::Result<TcpStream>> {
    TcpListenerStream::new(listener).then(move |incoming| {
        accepted.fetch_add(u64::from(incoming.is_ok()), Relaxed);
        async {
            match incoming {
                Ok(stream) => stream.set_nodelay(true).map(|()| stream),
                Err(error) => {
                    // Out of descriptors, accepting fails at once and again, and tonic tries at once
                    // and again: without a pause that takes a core.
                    sleep(PAUSE).await;
                    Err(error)
                }
            }
        }
    })
}

async fn hold(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    // The connections of the server that has just stopped may still be closing.
    socket.set_reuseaddr(true)?;
    match socket.bind(address) {
        Ok(()) => Ok(socket),
        Err(error) => {
            sleep(PAUSE).await;
            Err(error)
        }
    }
}

async fn listen(held: Option<TcpSocket>, address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match held {
        Some(socket) => socket,
        None => hold(address).await?,
    };
    socket.listen(BACKLOG)
}
