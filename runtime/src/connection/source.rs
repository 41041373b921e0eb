use std::{
    fmt,
    hash::{Hash, Hasher},
};

use http::Uri;
use tonic::transport::{Endpoint, Error};

use super::{Connector, Profile, Resolver, address::Address, default, readable::Readable};

/// What a connection is made from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    Address(Address, Profile),
    /// Promised to be like every other that reads the same.
    Endpoint(Box<Endpoint>, Box<Readable>),
}

impl Source {
    pub(crate) fn endpoint(&self) -> Result<Endpoint, Error> {
        match self {
            Self::Address(address, profile) => profile.endpoint(address),
            Self::Endpoint(endpoint, _) => Ok((**endpoint).clone()),
        }
    }

    /// The endpoint, and a connector with what that cannot hold.
    pub(crate) fn connector(&self, resolver: &Resolver) -> Result<(Endpoint, Connector), Error> {
        let endpoint = self.endpoint()?;
        let (preset, path) = match self {
            Self::Address(address, profile) => (profile.preset(), address.path()),
            Self::Endpoint(..) => (default(), None),
        };
        let connector = Connector::new(&endpoint, preset, resolver.clone());
        Ok(match path {
            Some(path) => (endpoint, connector.with_path(path)),
            None => (endpoint, connector),
        })
    }

    /// Where it goes, for people.
    pub(crate) fn uri(&self) -> Uri {
        match self {
            Self::Address(address, _) => address.uri(),
            Self::Endpoint(_, readable) => readable.uri.clone(),
        }
    }
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Address(..), Self::Endpoint(..)) | (Self::Endpoint(..), Self::Address(..)) => {
                false
            }
            (Self::Address(a, p), Self::Address(b, q)) => a == b && p == q,
            (Self::Endpoint(_, a), Self::Endpoint(_, b)) => a == b,
        }
    }
}

impl Eq for Source {}

impl Hash for Source {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Address(address, profile) => (address, profile).hash(state),
            Self::Endpoint(_, readable) => readable.hash(state),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address, _) => address.fmt(f),
            Self::Endpoint(_, readable) => readable.uri.fmt(f),
        }
    }
}
