use std::{
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

use http::{HeaderValue, Uri};
use tonic::transport::{Endpoint, Error};

use super::{
    Preset,
    address::Address,
    default,
    target::{Destination, Target},
};

/// What connections are like, apart from where they go.
///
/// Leases with different profiles never share a connection. Profiles are alike
/// if they say the same; a function given to
/// [`with_endpoint`](Self::with_endpoint) cannot be compared, so only clones of
/// one profile have the same one. Make such a profile once, and keep it.
///
/// # Examples
///
/// ```
/// use http::{HeaderValue, Uri};
/// use tonic_scope::connection::{Preset, Profile};
///
/// let profile = Profile::new()
///     .with_preset(Preset::builder().build()?)
///     .with_origin(Uri::from_static("http://users.internal"))
///     .with_user_agent(HeaderValue::from_static("billing"));
/// let users = profile.at("http://users:50051");
/// // In a scoped function, with a pool or without:
/// // let users = UsersClient::connect(users).await?;
/// # let _ = users;
/// # Ok::<(), tonic_scope::connection::PresetError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Profile(Arc<Settings>);

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Settings {
    preset: Option<Preset>,
    origin: Option<Uri>,
    user_agent: Option<HeaderValue>,
    configure: Option<Configure>,
}

#[derive(Clone)]
struct Configure(Arc<dyn Fn(Endpoint) -> Result<Endpoint, Error> + Send + Sync>);

impl Profile {
    /// The process's [default preset](super::set_default), and tonic's
    /// defaults for the rest.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With this preset.
    #[must_use]
    pub fn with_preset(self, preset: Preset) -> Self {
        self.with(|settings| settings.preset = Some(preset))
    }

    /// With this origin: what the peer is told it was asked for, where that is
    /// not its address.
    #[must_use]
    pub fn with_origin(self, origin: Uri) -> Self {
        self.with(|settings| settings.origin = Some(origin))
    }

    /// With this user agent, before tonic's own.
    #[must_use]
    pub fn with_user_agent(self, user_agent: HeaderValue) -> Self {
        self.with(|settings| settings.user_agent = Some(user_agent))
    }

    /// With whatever else tonic's endpoints can be told, such as TLS. It has the
    /// last word: the endpoint that it is given has all of the above.
    ///
    /// The executor is the pool's, or the scope's.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tonic_scope::connection::Profile;
    ///
    /// // With one of tonic's TLS features: `|it| it.tls_config(tls.clone())`.
    /// let profile = Profile::new().with_endpoint(|it| Ok(it.concurrency_limit(64)));
    /// # let _ = profile;
    /// ```
    #[must_use]
    pub fn with_endpoint<F>(self, configure: F) -> Self
    where
        F: Fn(Endpoint) -> Result<Endpoint, Error> + Send + Sync + 'static,
    {
        self.with(|settings| settings.configure = Some(Configure(Arc::new(configure))))
    }

    /// A peer of this profile.
    ///
    /// It is something that clients connect to: `UsersClient::connect` takes it
    /// in a scoped function, with a pool or without, and outside.
    #[must_use]
    pub fn at(&self, address: impl Destination) -> Target {
        address.target().or(self)
    }

    pub(super) fn preset(&self) -> &Preset {
        match &self.0.preset {
            Some(preset) => preset,
            None => default(),
        }
    }

    /// The endpoint at `address`, with all that this profile says.
    pub(super) fn endpoint(&self, address: &Address) -> Result<Endpoint, Error> {
        let mut endpoint = self.preset().apply(address.endpoint()?);
        if let Some(origin) = &self.0.origin {
            endpoint = endpoint.origin(origin.clone());
        }
        if let Some(user_agent) = &self.0.user_agent {
            endpoint = endpoint.user_agent(user_agent.clone())?;
        }
        if let Some(configure) = &self.0.configure {
            endpoint = configure.0(endpoint)?;
        }
        // For `https` without TLS settings of its own: tonic's, if it has any.
        Endpoint::new(endpoint)
    }

    fn with(mut self, set: impl FnOnce(&mut Settings)) -> Self {
        set(Arc::make_mut(&mut self.0));
        self
    }
}

impl PartialEq for Configure {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Configure {}

impl Hash for Configure {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.0).cast::<()>().hash(state);
    }
}

impl fmt::Debug for Configure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Configure")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_alike_if_they_say_the_same() {
        let agent = |name| Profile::new().with_user_agent(HeaderValue::from_static(name));
        assert_eq!(agent("a"), agent("a"));
        assert_ne!(agent("a"), agent("b"));
        assert_ne!(agent("a"), Profile::new());
    }

    #[test]
    fn a_function_is_like_its_clones_alone() {
        let tuned = || Profile::new().with_endpoint(Ok);
        let one = tuned();
        assert_eq!(one, one.clone());
        assert_ne!(one, tuned());
    }
}
