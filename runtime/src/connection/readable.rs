use std::time::Duration;

use http::Uri;
use tonic::transport::Endpoint;

/// What an endpoint tells of itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Readable {
    pub(super) uri: Uri,
    tcp_nodelay: bool,
    connect_timeout: Option<Duration>,
    tcp_keepalive: [Option<Duration>; 2],
    tcp_keepalive_retries: Option<u32>,
}

impl Readable {
    /// `None` for what looks like the endpoint of a Unix domain socket, which
    /// does not tell its path.
    pub(super) fn of(endpoint: &Endpoint) -> Option<Self> {
        let uri = endpoint.uri();
        let is_unix = uri.host() == Some("tonic") && uri.port().is_none();
        (!is_unix).then(|| Self {
            uri: uri.clone(),
            tcp_nodelay: endpoint.get_tcp_nodelay(),
            connect_timeout: endpoint.get_connect_timeout(),
            tcp_keepalive: [
                endpoint.get_tcp_keepalive(),
                endpoint.get_tcp_keepalive_interval(),
            ],
            tcp_keepalive_retries: endpoint.get_tcp_keepalive_retries(),
        })
    }
}
