use std::{
    fmt,
    net::SocketAddr,
    sync::{Arc, atomic::Ordering},
};

use super::{Ledger, Record};

pub(super) static SOCKETS: Ledger<Open> = Ledger::new();

/// An open socket of a channel, which is listed for as long.
#[derive(Debug)]
pub(crate) struct Open {
    pub(super) id: u64,
    pub(super) channel: Arc<Record>,
    pub(super) local: Option<SocketAddress>,
    pub(super) remote: Option<SocketAddress>,
}

impl Open {
    pub(super) fn new(
        channel: &Arc<Record>,
        local: Option<SocketAddress>,
        remote: Option<SocketAddress>,
    ) -> Arc<Self> {
        channel.sockets.fetch_add(1, Ordering::Relaxed);
        SOCKETS.enter(|id| Self {
            id,
            channel: Arc::clone(channel),
            local,
            remote,
        })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.channel.sockets.fetch_sub(1, Ordering::Relaxed);
        SOCKETS.leave(self.id);
    }
}

/// One end of a socket.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SocketAddress {
    /// An address and a port.
    Tcp(SocketAddr),
    /// The path of a Unix domain socket.
    Unix(String),
}

impl fmt::Display for SocketAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => write!(f, "unix:{path}"),
        }
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for SocketAddress {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
