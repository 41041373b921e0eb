use bytes::Bytes;
use http::Uri;
use tonic::transport::Endpoint;
use tower::BoxError;

use super::{
    Profile, Source,
    address::{Address, AddressError},
    default,
    readable::Readable,
};

/// A peer: where it is, and what connections to it are like.
///
/// Made by [`Profile::at`]. It can be handed to `UsersClient::connect`, for it
/// converts into an `Endpoint`.
#[derive(Clone, Debug)]
pub struct Target(Where);

#[derive(Clone, Debug)]
enum Where {
    Address(Result<Address, AddressError>, Option<Profile>),
    Endpoint(Box<Endpoint>, Readable),
}

impl Target {
    pub(super) fn new(address: Result<Address, AddressError>) -> Self {
        Self(Where::Address(address, None))
    }

    /// With `profile`, unless it has one of its own.
    pub(super) fn or(self, profile: &Profile) -> Self {
        match self.0 {
            Where::Address(address, None) => Self(Where::Address(address, Some(profile.clone()))),
            other => Self(other),
        }
    }

    /// An endpoint that the user promises to be like every other that reads
    /// the same; `None` for one that cannot be told from a Unix domain socket's.
    pub(crate) fn alike(endpoint: &Endpoint) -> Option<Self> {
        let readable = Readable::of(endpoint)?;
        let endpoint = default().fill(endpoint.clone());
        Some(Self(Where::Endpoint(Box::new(endpoint), readable)))
    }

    /// With `profile`, unless it has one of its own.
    pub(crate) fn into_source(self, profile: &Profile) -> Result<Source, AddressError> {
        Ok(match self.0 {
            Where::Address(address, own) => {
                Source::Address(address?, own.unwrap_or_else(|| profile.clone()))
            }
            Where::Endpoint(endpoint, readable) => Source::Endpoint(endpoint, readable),
        })
    }
}

impl TryFrom<Target> for Endpoint {
    type Error = BoxError;

    fn try_from(target: Target) -> Result<Self, BoxError> {
        Ok(target.into_source(&Profile::new())?.endpoint()?)
    }
}

/// What can be told from another at a glance: an address, or a [`Target`].
///
/// It is sealed. An `Endpoint` is none of them: see the [module](super).
pub trait Destination: sealed::Sealed {
    /// As a target, of no profile unless it is one.
    #[doc(hidden)]
    fn target(self) -> Target;
}

impl Destination for Target {
    fn target(self) -> Target {
        self
    }
}

impl Destination for Uri {
    fn target(self) -> Target {
        Target::new(Address::of(&self))
    }
}

impl Destination for &str {
    fn target(self) -> Target {
        Target::new(Address::parse(self))
    }
}

impl Destination for String {
    fn target(self) -> Target {
        self.as_str().target()
    }
}

impl Destination for &String {
    fn target(self) -> Target {
        self.as_str().target()
    }
}

impl Destination for Bytes {
    fn target(self) -> Target {
        String::from_utf8_lossy(&self).target()
    }
}

impl Destination for std::borrow::Cow<'_, str> {
    fn target(self) -> Target {
        (*self).target()
    }
}

mod sealed {
    pub trait Sealed {}

    impl Sealed for super::Target {}
    impl Sealed for super::Uri {}
    impl Sealed for &str {}
    impl Sealed for String {}
    impl Sealed for &String {}
    impl Sealed for super::Bytes {}
    impl Sealed for std::borrow::Cow<'_, str> {}
}
