//! From a name to addresses, anew for each connection.

use std::{
    fmt, io,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    vec,
};

use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use tower::{Service, ServiceExt as _};

type Lookup = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// Looks names up: by the system, or as the user says.
///
/// Each look-up begins one address further down the list than the one before,
/// so that several connections to a name spread over its addresses; the others
/// follow as the fallbacks they are.
#[derive(Clone)]
pub(crate) struct Resolver {
    look_up: Arc<dyn Fn(String) -> Lookup + Send + Sync>,
    turn: Arc<AtomicUsize>,
}

impl Resolver {
    pub(crate) fn new<F, R>(look_up: F) -> Self
    where
        F: Fn(String) -> R + Send + Sync + 'static,
        R: Future<Output = io::Result<Vec<SocketAddr>>> + Send + 'static,
    {
        Self {
            look_up: Arc::new(move |name| Box::pin(look_up(name))),
            turn: Arc::default(),
        }
    }

    pub(crate) fn system() -> Self {
        Self::new(|name| async move {
            let name: Name = name
                .parse()
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
            Ok(GaiResolver::new().oneshot(name).await?.collect())
        })
    }

    /// The same, beginning at the `nth` address, and at the next one each time.
    pub(crate) fn starting_at(&self, nth: usize) -> Self {
        Self {
            look_up: Arc::clone(&self.look_up),
            turn: Arc::new(AtomicUsize::new(nth)),
        }
    }
}

impl Service<Name> for Resolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let found = (self.look_up)(name.as_str().to_owned());
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            let mut addresses = found.await?;
            if addresses.is_empty() {
                let message = format!("the name `{}` has no address", name.as_str());
                return Err(io::Error::new(io::ErrorKind::NotFound, message));
            }
            let first = turn % addresses.len();
            addresses.rotate_left(first);
            Ok(addresses.into_iter())
        })
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Resolver")
    }
}
