use bytes::Bytes;
use http::Uri;
use tonic::transport::Endpoint;
use tower::BoxError;

use super::{
    Profile, Source,
    address::{Address, AddressError, Written},
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
    /// As it was given: it is parsed by whoever has to know more of it.
    Address(String, Option<Profile>),
    // In boxes: a target is moved often, and seldom this.
    Endpoint(Box<Endpoint>, Box<Readable>),
}

impl Target {
    fn new(address: String) -> Self {
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
        Some(Self(Where::Endpoint(
            Box::new(endpoint),
            Box::new(readable),
        )))
    }

    /// The address, unless it is in an endpoint, and the profile that it has of its
    /// own.
    pub(crate) fn written(&self) -> Option<(Written<'_>, Option<&Profile>)> {
        match &self.0 {
            Where::Address(text, own) => Some((Written::of(text), own.as_ref())),
            Where::Endpoint(..) => None,
        }
    }

    /// With `profile`, unless it has one of its own.
    pub(crate) fn into_source(self, profile: &Profile) -> Result<Source, AddressError> {
        Ok(match self.0 {
            Where::Address(text, own) => {
                let address = Address::parse(&text)?;
                Source::Address(address, own.unwrap_or_else(|| profile.clone()))
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

impl Destination for String {
    fn target(self) -> Target {
        Target::new(self)
    }
}

impl Destination for &String {
    fn target(self) -> Target {
        Target::new(self.clone())
    }
}

impl Destination for &str {
    fn target(self) -> Target {
        Target::new(self.to_owned())
    }
}

impl Destination for std::borrow::Cow<'_, str> {
    fn target(self) -> Target {
        Target::new(self.into_owned())
    }
}

impl Destination for Bytes {
    fn target(self) -> Target {
        Target::new(String::from_utf8_lossy(&self).into_owned())
    }
}

impl Destination for Uri {
    fn target(self) -> Target {
        Target::new(self.to_string())
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
