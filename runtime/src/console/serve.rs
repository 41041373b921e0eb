use std::{fmt, future::IntoFuture as _, net::SocketAddr, time::Duration};

use tokio::{
    net::{TcpListener, ToSocketAddrs, lookup_host},
    runtime::Handle,
    sync::oneshot,
    task::JoinHandle,
    time::timeout,
};

use super::{ConsoleError, guard::Hosts, pages};

/// Serves what is alive in this process, read-only, on a loopback address.
///
/// One port has it for everybody:
///
/// | who | what |
/// |---|---|
/// | a browser, at [`Console::url`] | the scopes as a tree, and charts that move |
/// | `curl` | the snapshot as a table |
/// | a program, `snapshot.json` and `channels.json` | [`monitor::snapshot`] and [`monitor::channels`] |
/// | gRPC's debugging tools | the service `grpc.channelz.v1.Channelz` |
///
/// A port of 0 takes a free one. [`Console::builder`] has the settings.
///
/// # Cancel safety
///
/// Nothing is served when the future is dropped.
///
/// # Errors
///
/// The address is none, is taken, or is not a loopback address; or there is no
/// runtime.
///
/// # Examples
///
/// ```
/// use tonic_scope::monitor;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), monitor::ConsoleError> {
/// let console = monitor::serve("127.0.0.1:0").await?;
/// println!("what is alive: {}", console.url());
/// # Ok(())
/// # }
/// ```
///
/// [`monitor::snapshot`]: crate::monitor::snapshot
/// [`monitor::channels`]: crate::monitor::channels
pub async fn serve(addr: impl ToSocketAddrs) -> Result<Console, ConsoleError> {
    Console::builder().serve(addr).await
}

/// A console that is being served, until this is dropped.
///
/// # Examples
///
/// ```
/// use tonic_scope::monitor::{Console, ConsoleError};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), ConsoleError> {
/// let console = Console::builder().serve("127.0.0.1:0").await?;
/// assert_eq!(console.url(), format!("http://{}/", console.local_addr()));
/// console.close().await;
/// # Ok(())
/// # }
/// ```
#[must_use = "a console is closed when it is dropped"]
pub struct Console {
    address: SocketAddr,
    close: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
}

/// How long a reader who does not read can hold up [`Console::close`].
const GRACE: Duration = Duration::from_secs(1);

impl Console {
    /// Starts with a console that only this machine can read.
    pub fn builder() -> ConsoleBuilder {
        ConsoleBuilder {
            remote: false,
            names: Vec::new(),
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// The page's address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Stops to listen, and waits for the answers that are under way, for at
    /// most a second.
    ///
    /// # Cancel safety
    ///
    /// It has stopped to listen when the future is dropped.
    pub async fn close(mut self) {
        self.close.take();
        if timeout(GRACE, &mut self.serving).await.is_err() {
            self.serving.abort();
        }
    }
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// The settings of a [`Console`].
///
/// # Examples
///
/// ```
/// use tonic_scope::monitor::{Console, ConsoleError};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), ConsoleError> {
/// let console = Console::builder()
///     .with_host("scopes.example.com") // what a proxy is reached by
///     .allow_remote() // and the proxy asks who is there
///     .serve("0.0.0.0:0")
///     .await?;
/// assert!(console.local_addr().ip().is_unspecified());
/// console.close().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is served before `serve`"]
pub struct ConsoleBuilder {
    remote: bool,
    names: Vec<String>,
}

impl ConsoleBuilder {
    /// Lets other machines read it, if the address can be reached from there.
    ///
    /// It asks nobody who they are, and shows method names, addresses and places
    /// in the source. Put something in front of it that does.
    pub fn allow_remote(mut self) -> Self {
        self.remote = true;
        self
    }

    /// A name under which browsers reach it, beside `localhost` and addresses in
    /// digits.
    ///
    /// A page of a stranger's can have its own name stand for this address (DNS
    /// rebinding), and so read whatever answers to it. Requests under names that
    /// nobody has said here are refused.
    pub fn with_host(mut self, name: impl Into<String>) -> Self {
        self.names.push(name.into());
        self
    }

    /// Serves it.
    ///
    /// # Cancel safety
    ///
    /// Nothing is served when the future is dropped.
    ///
    /// # Errors
    ///
    /// Those of [`serve`].
    pub async fn serve(self, addr: impl ToSocketAddrs) -> Result<Console, ConsoleError> {
        let runtime = Handle::try_current().map_err(|_| ConsoleError::runtime())?;
        let listener = self.listen(addr).await?;
        let address = listener.local_addr().map_err(ConsoleError::address)?;
        let (close, closed) = oneshot::channel();
        let router = pages::router(Hosts::new(self.names));
        let server = axum::serve(listener, router).with_graceful_shutdown(async move {
            // An error: the console was dropped, which says the same.
            let _: Result<(), _> = closed.await;
        });
        let serving = runtime.spawn(async move {
            // It fails by no means: what cannot be accepted is tried again.
            let _ = server.into_future().await;
        });
        Ok(Console {
            address,
            close: Some(close),
            serving,
        })
    }

    /// On the first address that can be had. All of them are looked at first: a
    /// name that stands for this machine and for others is not a loopback one.
    async fn listen(&self, addr: impl ToSocketAddrs) -> Result<TcpListener, ConsoleError> {
        let found = lookup_host(addr).await.map_err(ConsoleError::address)?;
        let addresses: Vec<_> = found.collect();
        if let Some(open) = addresses.iter().find(|address| !is_loopback(address))
            && !self.remote
        {
            return Err(ConsoleError::not_loopback(*open));
        }
        let mut last = ConsoleError::no_address();
        for address in addresses {
            match TcpListener::bind(address).await {
                Ok(listener) => return Ok(listener),
                Err(error) => last = ConsoleError::listen(address, error),
            }
        }
        Err(last)
    }
}

fn is_loopback(address: &SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}
