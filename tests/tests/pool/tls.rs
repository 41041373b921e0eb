//! TLS, which a profile brings along.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::net::TcpListener;
use tokio_stream::{StreamExt as _, wrappers::TcpListenerStream};
use tonic::{
    Code, Status,
    service::Routes,
    transport::{Certificate, ClientTlsConfig, Identity, Server, ServerTlsConfig},
};
use tonic_scope::{
    ConnectError, Scope, ScopeError,
    connection::{Preset, Profile},
    pool::Pool,
};
use tonic_scope_tests::{
    Apart,
    shapes::{Ask, shapes_client::ShapesClient},
};

type Ca = CertifiedIssuer<'static, KeyPair>;

/// A CA that nobody else knows.
fn ca() -> Ca {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// The settings of a client that trusts this CA alone.
fn trusting(ca: &Ca) -> ClientTlsConfig {
    ClientTlsConfig::new()
        .ca_certificate(Certificate::from_pem(ca.pem()))
        .domain_name("localhost")
}

fn profile(tls: ClientTlsConfig) -> Profile {
    Profile::new().with_endpoint(move |endpoint| endpoint.tls_config(tls.clone()))
}

/// A server whose certificate is of `ca`, without a service: it answers any call
/// with `UNIMPLEMENTED`.
struct Peer {
    address: SocketAddr,
    accepted: Arc<AtomicUsize>,
    _apart: Apart,
}

impl Peer {
    async fn start(ca: &Ca) -> Self {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let certificate = params.signed_by(&key, ca).unwrap();
        let identity = Identity::from_pem(certificate.pem(), key.serialize_pem());
        let server = Server::builder()
            .tls_config(ServerTlsConfig::new().identity(identity))
            .unwrap()
            .add_routes(Routes::default());

        let apart = Apart::new("peer");
        let listening = apart.run(TcpListener::bind("127.0.0.1:0")).await;
        let listener = listening.unwrap();
        let address = listener.local_addr().unwrap();
        let accepted = Arc::<AtomicUsize>::default();
        let counted = Arc::clone(&accepted);
        let incoming = TcpListenerStream::new(listener).map(move |socket| {
            counted.fetch_add(1, SeqCst);
            socket
        });
        apart.handle().spawn(server.serve_with_incoming(incoming));
        Self {
            address,
            accepted,
            _apart: apart,
        }
    }

    fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    fn accepted(&self) -> usize {
        self.accepted.load(SeqCst)
    }
}

/// A call in a scope of its own, and how it ends.
async fn call(pool: &Pool, profile: &Profile, url: &str) -> Code {
    let body = async {
        let transport = pool.connect(profile.at(url)).await?;
        ShapesClient::new(transport).unary(Ask::default()).await?;
        Ok::<_, Status>(())
    };
    let scope = Scope::builder("call").timeout(Duration::from_secs(60));
    scope.run(body).await.unwrap_err().code()
}

#[tokio::test]
async fn a_profile_brings_the_ca_of_its_peer_and_its_connections_are_lent() {
    let ca = ca();
    let peer = Peer::start(&ca).await;
    let pool = Pool::builder().build().unwrap();
    let profile = profile(trusting(&ca));
    for _ in 0..3 {
        assert_eq!(
            call(&pool, &profile, &peer.url()).await,
            Code::Unimplemented
        );
    }
    assert_eq!(peer.accepted(), 1);

    // The pool's own profile serves those who name none.
    let pool = Pool::builder().profile(profile).build().unwrap();
    let transport = pool.connect(peer.url()).await.unwrap();
    let answer = ShapesClient::new(transport).unary(Ask::default()).await;
    assert_eq!(answer.unwrap_err().code(), Code::Unimplemented);
}

#[tokio::test]
async fn profiles_with_other_tls_do_not_share_the_connection_to_one_address() {
    let ca = ca();
    let peer = Peer::start(&ca).await;
    let pool = Pool::builder().build().unwrap();
    let profiles = [profile(trusting(&ca)), profile(trusting(&ca))];
    for profile in profiles.iter().chain(&profiles) {
        assert_eq!(call(&pool, profile, &peer.url()).await, Code::Unimplemented);
    }
    assert_eq!(peer.accepted(), 2);
    assert_eq!(pool.snapshot().keys.len(), 2);
}

#[tokio::test]
async fn a_peer_of_another_ca_is_refused_and_those_who_trust_it_are_served_all_the_same() {
    let (ca, other) = (ca(), ca());
    let peer = Peer::start(&ca).await;
    let pool = Pool::builder().build().unwrap();
    let error = pool
        .connect(profile(trusting(&other)).at(peer.url()))
        .await
        .unwrap_err();
    assert!(error.transport().is_some(), "{error}");
    let status = Status::from(error);
    assert_eq!(status.code(), Code::Unavailable);
    assert!(status.message().contains("certificate"), "{status}");

    let trusted = profile(trusting(&ca));
    assert_eq!(
        call(&pool, &trusted, &peer.url()).await,
        Code::Unimplemented
    );
}

/// Accepts connections, and says nothing.
async fn mute() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    (listener, url)
}

/// What becomes of a lease within `deadline`.
async fn lease(profile: &Profile, url: &str, deadline: Duration) -> ConnectError {
    let pool = Pool::builder().build().unwrap();
    let scope = Scope::builder("lease").timeout(deadline);
    let lease = scope.run(async { Ok::<_, ScopeError>(pool.connect(profile.at(url)).await) });
    match lease.await {
        Ok(lease) => lease.unwrap_err(),
        Err(over) => over.into(),
    }
}

#[tokio::test]
async fn a_handshake_that_is_not_answered_ends_at_the_first_of_its_limits() {
    let (brief, long) = (Duration::from_millis(50), Duration::from_secs(60));
    let (_listener, url) = mute().await;
    let ca = ca();
    let preset = |timeout| {
        let preset = Preset::builder().connect_timeout(timeout);
        preset.build().unwrap()
    };

    let limited = profile(trusting(&ca)).with_preset(preset(brief));
    let error = lease(&limited, &url, long).await;
    assert!(error.transport().is_some(), "{error}");
    assert_eq!(Status::from(error).code(), Code::Unavailable);

    // Less than for the rest of the connection.
    let limited = profile(trusting(&ca).timeout(brief)).with_preset(preset(long));
    let error = lease(&limited, &url, long).await;
    assert!(error.transport().is_some(), "{error}");
    let status = Status::from(error);
    assert_eq!(status.code(), Code::Unavailable);
    assert!(status.message().contains("handshake"), "{status}");

    let limited = profile(trusting(&ca)).with_preset(preset(long));
    let error = lease(&limited, &url, brief).await;
    assert_eq!(Status::from(error).code(), Code::DeadlineExceeded);
}
