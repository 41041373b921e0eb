use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use http::{Uri, uri::Scheme};
use hyper_util::{client::legacy::connect::HttpConnector, rt::TokioIo};
use tonic::transport::Endpoint;
use tower::{BoxError, Service};

use super::{Io, Preset, Resolver, io::Stream};
use crate::channels::{Attempt, Record, SocketAddress};

/// Opens sockets: over TCP, or to a Unix domain socket.
///
/// tonic's own connector has no TCP user timeout, tells nobody when its socket
/// is closed, and cannot be given another resolver. It is hyper-util's all the
/// same, with its attempts at one address family after the other.
#[derive(Clone, Debug)]
pub(crate) struct Connector {
    tcp: HttpConnector<Resolver>,
    /// A Unix domain socket's path: the address says nothing then.
    path: Option<Arc<str>>,
    /// What is told of the sockets.
    channel: Option<Arc<Record>>,
}

impl Connector {
    /// Opens sockets with the settings of `endpoint`, which holds those of
    /// `preset` that it can.
    pub(crate) fn new(endpoint: &Endpoint, preset: &Preset, resolver: Resolver) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(resolver);
        tcp.enforce_http(false);
        tcp.set_nodelay(endpoint.get_tcp_nodelay());
        tcp.set_keepalive(endpoint.get_tcp_keepalive());
        tcp.set_keepalive_interval(endpoint.get_tcp_keepalive_interval());
        tcp.set_keepalive_retries(endpoint.get_tcp_keepalive_retries());
        // Shared out among the addresses, so that one that does not answer
        // leaves time for the next.
        tcp.set_connect_timeout(endpoint.get_connect_timeout());
        #[cfg(any(target_os = "linux", target_os = "android", target_os = "fuchsia"))]
        tcp.set_tcp_user_timeout(preset.user_timeout());
        #[cfg(not(any(target_os = "linux", target_os = "android", target_os = "fuchsia")))]
        let _ = preset;
        Self {
            tcp,
            path: None,
            channel: None,
        }
    }

    /// To the socket at `path`.
    pub(crate) fn with_path(mut self, path: Arc<str>) -> Self {
        self.path = Some(path);
        self
    }

    /// For this channel, which is told of the sockets.
    pub(crate) fn of_channel(mut self, channel: &Arc<Record>) -> Self {
        self.channel = Some(Arc::clone(channel));
        self
    }
}

impl Service<Uri> for Connector {
    type Response = Io;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Io, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.tcp.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, address: Uri) -> Self::Future {
        let told = self.channel.as_ref().map(Record::attempt);
        if let Some(path) = self.path.clone() {
            return Box::pin(async move {
                let remote = SocketAddress::Unix(path.as_ref().to_owned());
                tell(told, unix(path).await, false, |_| (None, Some(remote)))
            });
        }
        let must_be_tls = address.scheme() == Some(&Scheme::HTTPS);
        let attempt = self.tcp.call(address);
        Box::pin(async move {
            let opened = attempt.await.map_err(BoxError::from);
            tell(told, opened, must_be_tls, |stream| {
                let ends = [stream.inner().local_addr(), stream.inner().peer_addr()];
                let [local, remote] = ends.map(|end| end.ok().map(SocketAddress::Tcp));
                (local, remote)
            })
        })
    }
}

/// Tells the channel what came of an attempt.
fn tell<S: Stream + 'static>(
    attempt: Option<Attempt>,
    opened: Result<S, BoxError>,
    must_be_tls: bool,
    ends: impl FnOnce(&S) -> (Option<SocketAddress>, Option<SocketAddress>),
) -> Result<Io, BoxError> {
    match opened {
        Ok(stream) => {
            let (local, remote) = ends(&stream);
            let open = attempt.map(|attempt| attempt.opened(local, remote));
            Ok(Io::new(stream, must_be_tls).listed(open))
        }
        Err(error) => {
            if let Some(attempt) = attempt {
                attempt.failed();
            }
            Err(error)
        }
    }
}

#[cfg(unix)]
async fn unix(path: Arc<str>) -> Result<TokioIo<tokio::net::UnixStream>, BoxError> {
    Ok(TokioIo::new(tokio::net::UnixStream::connect(&*path).await?))
}

#[cfg(not(unix))]
async fn unix(path: Arc<str>) -> Result<TokioIo<tokio::net::TcpStream>, BoxError> {
    Err(format!("`{path}` is a Unix domain socket, and this system has none").into())
}
