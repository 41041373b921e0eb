use std::{
    fmt,
    hash::{BuildHasher as _, BuildHasherDefault, Hash, Hasher, RandomState},
    sync::{Arc, LazyLock},
};

use hashbrown::Equivalent;
use http::Uri;
use tokio::runtime::{Handle, Id};

use crate::connection::{Profile, Source, Written};

/// What leases must have in common to share a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
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
        let id = runtime.id();
        let hash = match &source {
            Source::Address(address, profile) => {
                hash_of(address.written(), hash_of_profile(profile), id)
            }
            Source::Endpoint(_, readable) => STATE.hash_one((readable, id)),
        };
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

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.hash);
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source().fmt(f)
    }
}

/// A key that is looked for, and not made: an address that reads like one that is
/// known need not be parsed.
pub(super) struct Sought<'a> {
    hash: u64,
    address: Written<'a>,
    profile: &'a Profile,
    runtime: Id,
}

impl<'a> Sought<'a> {
    /// With the [hash](hash_of_profile) of the profile, which most have in common.
    pub(super) fn new(
        address: Written<'a>,
        profile: &'a Profile,
        hash_of_profile: u64,
        runtime: Id,
    ) -> Self {
        Self {
            hash: hash_of(address, hash_of_profile, runtime),
            address,
            profile,
            runtime,
        }
    }
}

impl Hash for Sought<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

impl Equivalent<Key> for Sought<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        match key.source() {
            Source::Address(address, profile) => {
                self.address == address.written()
                    && self.profile == profile
                    && self.runtime == key.runtime().id()
            }
            Source::Endpoint(..) => false,
        }
    }
}

/// Of this process alone: nobody who has a say in addresses can tell which of them
/// would collide.
static STATE: LazyLock<RandomState> = LazyLock::new(RandomState::new);

pub(super) fn hash_of_profile(profile: &Profile) -> u64 {
    STATE.hash_one(profile)
}

fn hash_of(address: Written<'_>, hash_of_profile: u64, runtime: Id) -> u64 {
    STATE.hash_one((address, hash_of_profile, runtime))
}

/// Hands on the hash of a key, which is all that is written to it.
#[derive(Default)]
pub(super) struct Hashed(u64);

pub(super) type ByHash = BuildHasherDefault<Hashed>;

impl Hasher for Hashed {
    fn write(&mut self, hash: &[u8]) {
        self.0 = u64::from_ne_bytes(hash.try_into().unwrap_or_default());
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use tokio::runtime::{Builder, Runtime};

    use super::*;
    use crate::connection::{Destination as _, Target};

    fn key(target: Target, runtime: &Handle) -> Key {
        let source = target.into_source(&Profile::new()).unwrap();
        Key::new(source, runtime.clone())
    }

    fn finds(target: &Target, runtime: &Handle, key: &Key) -> bool {
        let own = Profile::new();
        let (address, profile) = target.written().unwrap();
        let profile = profile.unwrap_or(&own);
        let sought = Sought::new(address, profile, hash_of_profile(profile), runtime.id());
        let same = ByHash::default().hash_one(&sought) == ByHash::default().hash_one(key);
        assert!(same || !sought.equivalent(key));
        sought.equivalent(key)
    }

    #[test]
    fn a_key_is_found_by_what_leases_must_have_in_common() {
        let runtimes = [(); 2].map(|()| Builder::new_current_thread().build().unwrap());
        let [here, elsewhere] = runtimes.each_ref().map(Runtime::handle);
        let tuned = Profile::new().with_user_agent(HeaderValue::from_static("billing"));
        let users = || "http://users:50051".target();
        let known = key(users(), here);

        assert!(finds(&users(), here, &known));
        assert!(finds(&Profile::new().at(users()), here, &known));
        assert!(finds(
            &tuned.at(users()),
            here,
            &key(tuned.at(users()), here)
        ));

        assert!(!finds(&users(), elsewhere, &known));
        assert!(!finds(&tuned.at(users()), here, &known));
        assert!(!finds(&"http://users:50052".target(), here, &known));
    }

    /// That is what parsing is for.
    #[test]
    fn an_address_that_reads_differently_is_another_until_it_is_parsed() {
        let runtime = Builder::new_current_thread().build().unwrap();
        let here = runtime.handle();
        let known = key("http://users:50051".target(), here);
        for same in ["http://users:50051/", "HTTP://Users:50051/path"] {
            assert!(!finds(&same.target(), here, &known));
            assert_eq!(key(same.target(), here), known);
        }
    }

    #[test]
    fn a_unix_domain_socket_is_found_however_its_address_is_written() {
        let runtime = Builder::new_current_thread().build().unwrap();
        let here = runtime.handle();
        let known = key("unix:///run/users".target(), here);
        assert!(finds(&"unix:/run/users".target(), here, &known));
        assert!(!finds(&"unix:/run/others".target(), here, &known));
    }
}
