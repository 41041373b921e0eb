use std::{
    fmt,
    hash::{BuildHasher as _, Hash, Hasher, RandomState},
    sync::{Arc, LazyLock},
};

use http::Uri;
use tokio::runtime::Handle;

use crate::connection::Source;

/// What leases must have in common to share a connection.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    /// Of the rest: a lease looks its key up more than once.
    hash: u64,
    source: Source,
    /// Elsewhere the connection's tasks might not be polled.
    runtime: Handle,
}

impl Key {
    pub(super) fn new(source: Source, runtime: Handle) -> Self {
        static STATE: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        let hash = STATE.hash_one((&source, runtime.id()));
        Self(Arc::new(Parts {
            hash,
            source,
            runtime,
        }))
    }

    pub(super) fn source(&self) -> &Source {
        &self.0.source
    }

    /// Where it goes, for people.
    pub(super) fn uri(&self) -> Uri {
        self.source().uri()
    }

    pub(super) fn runtime(&self) -> &Handle {
        &self.0.runtime
    }
}

impl PartialEq for Parts {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash
            && self.runtime.id() == other.runtime.id()
            && self.source == other.source
    }
}

impl Eq for Parts {}

impl Hash for Parts {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.hash.hash(state);
    }
}

impl fmt::Display for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
