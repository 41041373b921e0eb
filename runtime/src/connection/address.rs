use std::{
    borrow::Cow,
    error::Error,
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

use http::{
    Uri,
    uri::{Authority, Scheme},
};
use tonic::transport::{self, Endpoint};

/// Where a peer is.
///
/// Of a URL only the scheme and the authority count: a path, which gRPC has no
/// use for, makes no other peer.
#[derive(Clone, Debug, Eq)]
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

// As derived, but for the time that an authority takes to be compared and hashed, which
// it is letter by letter: most are written the same, and in small letters.

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Tcp(scheme, a), Self::Tcp(other, b)) => {
                scheme == other && (a.as_str() == b.as_str() || a == b)
            }
            (Self::Unix(a), Self::Unix(b)) => a == b,
            (Self::Tcp(..), Self::Unix(_)) | (Self::Unix(_), Self::Tcp(..)) => false,
        }
    }
}

impl Hash for Address {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Tcp(scheme, authority) => {
                let mut authority = Cow::Borrowed(authority.as_str());
                if authority.bytes().any(|byte| byte.is_ascii_uppercase()) {
                    authority.to_mut().make_ascii_lowercase();
                }
                (*scheme == Scheme::HTTPS, authority).hash(state);
            }
            Self::Unix(path) => path.hash(state),
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
    use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

    use super::*;

    fn hash(address: &Address) -> u64 {
        BuildHasherDefault::<DefaultHasher>::default().hash_one(address)
    }

    #[test]
    fn the_same_peer_has_one_address() {
        let address = Address::parse("http://users:50051").unwrap();
        for same in ["http://users:50051/", "HTTP://Users:50051/path?query"] {
            let same = Address::parse(same).unwrap();
            assert_eq!(same, address);
            assert_eq!(hash(&same), hash(&address));
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
