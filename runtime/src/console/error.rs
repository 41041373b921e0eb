use std::{error::Error, fmt, io, net::SocketAddr};

/// Why a [`Console`](super::Console) is not served.
///
/// # Examples
///
/// ```
/// use tonic_scope::monitor::{self, ConsoleError};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), ConsoleError> {
/// let console = monitor::serve("127.0.0.1:0").await?;
/// let error = monitor::serve(console.local_addr()).await.unwrap_err();
/// assert!(error.is_taken());
/// assert_eq!(error.at(), Some(console.local_addr()));
///
/// let error = monitor::serve("0.0.0.0:0").await.unwrap_err();
/// assert!(error.is_not_loopback()); // not without `allow_remote`
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct ConsoleError(Kind);

#[derive(Debug)]
enum Kind {
    Runtime,
    Address(io::Error),
    NoAddress,
    NotLoopback(SocketAddr),
    Listen(SocketAddr, io::Error),
}

impl ConsoleError {
    pub(super) fn runtime() -> Self {
        Self(Kind::Runtime)
    }

    pub(super) fn address(error: io::Error) -> Self {
        Self(Kind::Address(error))
    }

    pub(super) fn no_address() -> Self {
        Self(Kind::NoAddress)
    }

    pub(super) fn not_loopback(address: SocketAddr) -> Self {
        Self(Kind::NotLoopback(address))
    }

    pub(super) fn listen(address: SocketAddr, error: io::Error) -> Self {
        Self(Kind::Listen(address, error))
    }

    /// Somebody else listens there.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        matches!(&self.0, Kind::Listen(_, error) if error.kind() == io::ErrorKind::AddrInUse)
    }

    /// The address can be reached from other machines, and nobody has said that
    /// it may be.
    #[must_use]
    pub fn is_not_loopback(&self) -> bool {
        matches!(self.0, Kind::NotLoopback(_))
    }

    /// The address that was not served, where it was one.
    #[must_use]
    pub fn at(&self) -> Option<SocketAddr> {
        match self.0 {
            Kind::NotLoopback(address) | Kind::Listen(address, _) => Some(address),
            Kind::Runtime | Kind::Address(_) | Kind::NoAddress => None,
        }
    }
}

impl fmt::Display for ConsoleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Runtime => f.write_str("a console needs a tokio runtime to be served in"),
            Kind::Address(error) => write!(f, "no address that a console can listen on: {error}"),
            Kind::NoAddress => {
                f.write_str("no address that a console can listen on: the name stands for none")
            }
            Kind::NotLoopback(address) => write!(
                f,
                "a console at {address} could be read from other machines: listen on 127.0.0.1 or \
                 [::1], or say `allow_remote`"
            ),
            Kind::Listen(address, error) if error.kind() == io::ErrorKind::AddrInUse => write!(
                f,
                "a console cannot listen on {address}: somebody else does; port 0 takes a free one"
            ),
            Kind::Listen(address, error) => {
                write!(f, "a console cannot listen on {address}: {error}")
            }
        }
    }
}

impl Error for ConsoleError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0 {
            Kind::Address(error) | Kind::Listen(_, error) => Some(error),
            Kind::Runtime | Kind::NoAddress | Kind::NotLoopback(_) => None,
        }
    }
}
