//! Servers with and without scopes, on what they listen, and how to get there.

use std::{convert::Infallible, net::SocketAddr, task::Poll};

use bytes::Bytes;
use http::Response;
use http_body_util::Full;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::net::TcpListener;
use tokio_stream::{Stream, wrappers::TcpListenerStream};
use tonic::{
    body::Body,
    codec::CompressionEncoding,
    server::NamedService,
    transport::{
        Certificate, Channel, ClientTlsConfig, Endpoint, Identity, ServerTlsConfig,
        server::{Connected, Router},
    },
};
use tonic_scope::ServerScopeLayer;
use tonic_scope_tests::{
    settles,
    shapes::{
        shapes_client::ShapesClient,
        shapes_server::{Shapes, ShapesServer},
    },
};

use crate::{
    call::Case,
    service::{Annotated, Ordinary},
    wire::{Record, Recorder},
};

/// Where the scopes of requests come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Server {
    Plain,
    Layer,
    Attribute,
    Both,
}

pub(crate) const SERVERS: [Server; 4] = [
    Server::Plain,
    Server::Layer,
    Server::Attribute,
    Server::Both,
];

/// A server, and a connection to it.
pub(crate) struct Host {
    channel: Channel,
    recorder: Option<Recorder>,
}

/// The same for all, so that ports do not tell them apart.
const ORIGIN: &str = "http://host.test";

impl Host {
    /// Over TCP, with a recorder between.
    pub(crate) async fn recorded(server: Server) -> Self {
        let (listener, address) = listen().await;
        serve(server, None, TcpListenerStream::new(listener));
        let recorder = Recorder::start(address).await;
        let endpoint = Endpoint::from_shared(format!("http://{}", recorder.address))
            .unwrap()
            .origin(ORIGIN.parse().unwrap());
        let host = Self {
            channel: endpoint.connect().await.unwrap(),
            recorder: Some(recorder),
        };
        // Both connections are settled once they have carried a call.
        let case = Case::new("Unary", &["one"]);
        case.call(ShapesClient::new(host.channel.clone())).await;
        host.recorded_call().await;
        host
    }

    /// Over TLS, by a CA that nobody knows.
    pub(crate) async fn with_tls(server: Server) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &ca).unwrap();

        let identity = Identity::from_pem(certificate.pem(), key.serialize_pem());
        let (listener, address) = listen().await;
        let tls = ServerTlsConfig::new().identity(identity);
        serve(server, Some(tls), TcpListenerStream::new(listener));
        let tls = ClientTlsConfig::new()
            .ca_certificate(Certificate::from_pem(ca.pem()))
            .domain_name("localhost");
        let endpoint = Endpoint::from_shared(format!("https://{address}"))
            .unwrap()
            .tls_config(tls)
            .unwrap();
        Self {
            channel: endpoint.connect().await.unwrap(),
            recorder: None,
        }
    }

    #[cfg(unix)]
    pub(crate) async fn on_unix_socket(server: Server) -> Self {
        use hyper_util::rt::TokioIo;
        use tokio::net::{UnixListener, UnixStream};
        use tokio_stream::wrappers::UnixListenerStream;

        let name = format!("tonic-scope-{}-{server:?}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let listener = UnixListener::bind(&path).unwrap();
        serve(server, None, UnixListenerStream::new(listener));
        let to = path.clone();
        let connector = tower::service_fn(move |_| {
            let connecting = UnixStream::connect(to.clone());
            async { connecting.await.map(TokioIo::new) }
        });
        let endpoint = Endpoint::from_static(ORIGIN);
        let channel = endpoint.connect_with_connector(connector).await.unwrap();
        // The connection lives on without its name.
        std::fs::remove_file(path).unwrap();
        Self {
            channel,
            recorder: None,
        }
    }

    pub(crate) fn channel(&self) -> Channel {
        self.channel.clone()
    }

    /// What was recorded of a call that is over for its caller.
    pub(crate) async fn recorded_call(&self) -> Record {
        let recorder = self.recorder.as_ref().expect("recorded");
        // What its caller has seen has been recorded, but for the end of an upload
        // that was answered before.
        assert!(settles(|| recorder.is_complete(), true).await);
        recorder.take()
    }

    /// What was recorded so far.
    pub(crate) fn take(&self) -> Record {
        self.recorder.as_ref().expect("recorded").take()
    }

    /// Asks the service that is none of tonic's.
    pub(crate) async fn get(&self, path: &str) {
        let mut channel = self.channel.clone();
        let request = http::Request::post(path).body(Body::empty()).unwrap();
        let ready = tower::ServiceExt::ready(&mut channel).await.unwrap();
        let response = tower::Service::call(ready, request).await.unwrap();
        let body = http_body_util::BodyExt::collect(response.into_body()).await;
        assert_eq!(body.unwrap().to_bytes(), "well");
    }
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

fn serve<I>(
    server: Server,
    tls: Option<ServerTlsConfig>,
    incoming: impl Stream<Item = std::io::Result<I>> + Send + 'static,
) where
    I: tokio::io::AsyncRead + tokio::io::AsyncWrite + Connected + Unpin + Send + 'static,
{
    let builder = tonic::transport::Server::builder();
    let mut builder = match tls {
        Some(tls) => builder.tls_config(tls).unwrap(),
        None => builder,
    };
    let layered = || ServerScopeLayer::new();
    match server {
        Server::Plain => {
            let router = with_services(builder.add_service(shapes(Ordinary)));
            tokio::spawn(router.serve_with_incoming(incoming))
        }
        Server::Attribute => {
            let router = with_services(builder.add_service(shapes(Annotated)));
            tokio::spawn(router.serve_with_incoming(incoming))
        }
        Server::Layer => {
            let router = builder.layer(layered()).add_service(shapes(Ordinary));
            tokio::spawn(with_services(router).serve_with_incoming(incoming))
        }
        Server::Both => {
            let router = builder.layer(layered()).add_service(shapes(Annotated));
            tokio::spawn(with_services(router).serve_with_incoming(incoming))
        }
    };
}

fn with_services<L>(router: Router<L>) -> Router<L> {
    router.add_service(Health)
}

fn shapes<T: Shapes>(service: T) -> ShapesServer<T> {
    let both = [CompressionEncoding::Gzip, CompressionEncoding::Zstd];
    both.into_iter()
        .fold(ShapesServer::new(service), |server, compression| {
            server
                .accept_compressed(compression)
                .send_compressed(compression)
        })
}

/// Answers with a body whose length is known.
#[derive(Clone, Copy, Debug)]
struct Health;

impl NamedService for Health {
    const NAME: &'static str = "health.Health";
}

impl tower::Service<http::Request<Body>> for Health {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: http::Request<Body>) -> Self::Future {
        let body = Body::new(Full::new(Bytes::from_static(b"well")));
        std::future::ready(Ok(Response::new(body)))
    }
}
