use std::io;

use hyper_util::rt::TokioIo;
use tokio::{
    io::DuplexStream,
    sync::mpsc::{UnboundedSender, unbounded_channel},
};
use tokio_stream::{StreamExt as _, wrappers::UnboundedReceiverStream};
use tonic::transport::{Channel, Endpoint, Uri};
use tower::service_fn;

/// A network of one server in memory, for tests whose time is paused: nothing in
/// it waits for the machine, so time stands still until everybody waits for it.
#[derive(Clone, Debug)]
pub struct Memory {
    server: UnboundedSender<DuplexStream>,
}

/// What a server accepts.
pub type Incoming =
    std::pin::Pin<Box<dyn tokio_stream::Stream<Item = io::Result<DuplexStream>> + Send>>;

impl Memory {
    /// The network, and what its server is to serve.
    #[must_use]
    pub fn new() -> (Self, Incoming) {
        let (server, incoming) = unbounded_channel();
        let incoming = UnboundedReceiverStream::new(incoming).map(Ok);
        (Self { server }, Box::pin(incoming))
    }

    /// A channel that connects with its first call.
    #[must_use]
    pub fn channel(&self) -> Channel {
        let server = self.server.clone();
        Endpoint::from_static(Self::URL).connect_with_connector_lazy(service_fn(move |_: Uri| {
            let (ours, theirs) = tokio::io::duplex(64 * 1024);
            let sent = server.send(theirs);
            async move {
                sent.map_err(|_| io::Error::from(io::ErrorKind::ConnectionRefused))?;
                Ok::<_, io::Error>(TokioIo::new(ours))
            }
        }))
    }

    /// Where the server is.
    pub const URL: &str = "http://memory";
}
