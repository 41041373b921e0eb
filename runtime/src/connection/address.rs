use std::{
    borrow::Cow,
    error::Error,
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

use http::{Uri, uri::Scheme};
use tonic::transport::{self, Endpoint};

/// Where a peer is.
///
/// Of a URL only the scheme and the authority count: a path, which gRPC has no
/// use for, makes no other peer.
#[derive(Clone, Debug, Eq)]
pub(crate) enum Address {
    /// Scheme and authority, as in `http://users:50051`.
    Tcp(Arc<str>),
    /// The path of a Unix domain socket.
    Unix(Arc<str>),
}

/// A text that may be an address. It is the one that reads the same, if there is one,
/// and need not be parsed to know that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Written<'a> {
    Tcp(&'a str),
    Unix(&'a str),
}

impl<'a> Written<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        match text.strip_prefix("unix:") {
            Some(path) => Self::Unix(path.strip_prefix("//").unwrap_or(path)),
            None => Self::Tcp(text),
        }
    }
}

impl Address {
    pub(super) fn parse(text: &str) -> Result<Self, AddressError> {
        let url = match Written::of(text) {
            Written::Unix(path) => return Ok(Self::Unix(path.into())),
            Written::Tcp(url) => url,
        };
        let refuse =
            |why: &dyn fmt::Display| Err(AddressError(format!("`{text}` is no address: {why}")));
        let uri: Uri = match url.parse() {
            Ok(uri) => uri,
            Err(error) => return refuse(&error),
        };
        let Some(scheme) = uri.scheme() else {
            return refuse(&"it has no scheme, as in `http://users:50051`");
        };
        if *scheme != Scheme::HTTP && *scheme != Scheme::HTTPS {
            return refuse(&"its scheme is neither `http`, `https` nor `unix`");
        }
        match uri.authority() {
            Some(authority) if !authority.host().is_empty() => {
                Ok(Self::Tcp(format!("{scheme}://{authority}").into()))
            }
            _ => refuse(&"it names no host"),
        }
    }

    /// How it reads.
    pub(crate) fn written(&self) -> Written<'_> {
        match self {
            Self::Tcp(url) => Written::Tcp(url),
            Self::Unix(path) => Written::Unix(path),
        }
    }

    /// The endpoint, without any setting.
    pub(super) fn endpoint(&self) -> Result<Endpoint, transport::Error> {
        Endpoint::from_shared(self.to_string())
    }

    /// For people: that of a Unix domain socket is its path.
    pub(super) fn uri(&self) -> Uri {
        let (Self::Tcp(text) | Self::Unix(text)) = self;
        text.parse().unwrap_or_default()
    }

    pub(super) fn path(&self) -> Option<Arc<str>> {
        match self {
            Self::Tcp(_) => None,
            Self::Unix(path) => Some(Arc::clone(path)),
        }
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        match (self.written(), other.written()) {
            // Capital letters make no other host.
            (Written::Tcp(a), Written::Tcp(b)) => a == b || a.eq_ignore_ascii_case(b),
            (a, b) => a == b,
        }
    }
}

impl Hash for Address {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.written().hash(state);
    }
}

/// One for all that are equal as addresses.
impl Hash for Written<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match *self {
            Self::Tcp(url) => {
                let mut url = Cow::Borrowed(url);
                if url.bytes().any(|byte| byte.is_ascii_uppercase()) {
                    url.to_mut().make_ascii_lowercase();
                }
                url.hash(state);
            }
            Self::Unix(path) => path.hash(state),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(url) => f.write_str(url),
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

    use proptest::prelude::*;

    use super::*;

    fn hash(address: &impl Hash) -> u64 {
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

    proptest! {
        /// What the lookup of a lease relies on: it parses nothing that it finds.
        #[test]
        fn what_reads_like_an_address_is_that_address(
            text in "(https?|HTTP|unix):(//)?[a-zA-Z@.:/\\[\\]0-9-]{0,12}",
        ) {
            let Ok(address) = Address::parse(&text) else {
                return Ok(());
            };
            let read = match address.written() {
                Written::Tcp(url) => url,
                Written::Unix(_) => &text,
            };
            prop_assert_eq!(Written::of(read), address.written());
            let again = Address::parse(read).unwrap();
            prop_assert_eq!(again.written(), address.written());
            prop_assert_eq!(hash(&address.written()), hash(&address));
        }
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
