use std::{error::Error, fmt, sync::Arc};

use http::{
    Uri,
    uri::{Authority, Scheme},
};
use tonic::transport::{self, Endpoint};

/// Where a peer is.
///
/// Of a URL only the scheme and the authority count: a path, which gRPC has no
/// use for, makes no other peer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Address {
    Tcp(Scheme, Authority),
    /// The path of a Unix domain socket.
    Unix(Arc<str>),
}

impl Address {
    pub(super) fn parse(text: &str) -> Result<Self, AddressError> {
        if let Some(path) = text.strip_prefix("unix:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return Ok(Self::Unix(path.into()));
        }
        let uri = text.parse().map_err(|error: http::uri::InvalidUri| {
            AddressError(format!("`{text}` is no address: {error}"))
        })?;
        Self::of(&uri)
    }

    pub(super) fn of(uri: &Uri) -> Result<Self, AddressError> {
        let refuse = |problem: &str| Err(AddressError(format!("`{uri}` is no address: {problem}")));
        let Some(scheme) = uri.scheme() else {
            return refuse("it has no scheme, as in `http://users:50051`");
        };
        if *scheme != Scheme::HTTP && *scheme != Scheme::HTTPS {
            return refuse("its scheme is neither `http`, `https` nor `unix`");
        }
        match uri.authority() {
            Some(authority) if !authority.host().is_empty() => {
                Ok(Self::Tcp(scheme.clone(), authority.clone()))
            }
            _ => refuse("it names no host"),
        }
    }

    /// The endpoint, without any setting.
    pub(super) fn endpoint(&self) -> Result<Endpoint, transport::Error> {
        Endpoint::from_shared(self.to_string())
    }

    /// For people: that of a Unix domain socket is its path.
    pub(super) fn uri(&self) -> Uri {
        let uri = match self {
            Self::Tcp(scheme, authority) => Uri::builder()
                .scheme(scheme.clone())
                .authority(authority.clone())
                .path_and_query("/")
                .build(),
            Self::Unix(path) => path.parse().map_err(Into::into),
        };
        uri.unwrap_or_default()
    }

    pub(super) fn path(&self) -> Option<Arc<str>> {
        match self {
            Self::Tcp(..) => None,
            Self::Unix(path) => Some(Arc::clone(path)),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(scheme, authority) => write!(f, "{scheme}://{authority}"),
            Self::Unix(path) => write!(f, "unix:{path}"),
        }
    }
}

/// What was given as an address is none.
#[derive(Clone, Debug)]
pub(crate) struct AddressError(String);

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for AddressError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_peer_has_one_address() {
        let address = Address::parse("http://users:50051").unwrap();
        for same in ["http://users:50051/", "HTTP://Users:50051/path?query"] {
            assert_eq!(Address::parse(same).unwrap(), address);
        }
        for other in ["https://users:50051", "http://users:50052", "http://users"] {
            assert_ne!(Address::parse(other).unwrap(), address);
        }
        assert_eq!(
            Address::parse("unix:///run/users").unwrap(),
            Address::parse("unix:/run/users").unwrap(),
        );
    }

    #[test]
    fn what_is_no_address_is_told_why() {
        for (text, why) in [
            ("users:50051", "no scheme"),
            ("http://", "is no address"),
            ("/users", "no scheme"),
            ("ftp://users", "neither"),
            ("http://us ers", "is no address"),
            ("", "is no address"),
        ] {
            let error = Address::parse(text).unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
