//! How a connection is made: its limits, what keeps it alive, its windows.
//!
//! A [`Preset`] holds all of it. tonic's `Endpoint` has no limit on connecting
//! and no keepalive unless told, and nothing for TCP's user timeout; a preset
//! has a justified default for each. It is used for every connection that a
//! scope or a [pool](crate::pool) makes, and can be changed
//!
//! - for the process: [`set_default`],
//! - for a group of connections: [`Profile::with_preset`],
//! - for one: [`Scope::connect_with`](crate::Scope::connect_with), or
//!   [`Preset::apply`] on an endpoint of one's own.
//!
//! A [`Profile`] is a preset with all else that a connection has beside its
//! address: origin, user agent, TLS. [`Profile::at`] is something that clients
//! connect to.
//!
//! What an `Endpoint` of the user's says wins, as far as it can be read: its
//! connect timeout, its TCP keepalive, and that it is switched off. Of its other
//! settings tonic tells nothing, so a preset leaves them as they are, unless it
//! is asked for by name.

mod address;
mod connector;
mod default;
mod io;
mod preset;
mod profile;
mod readable;
mod resolve;
mod source;
mod target;

pub(crate) use self::{
    address::{AddressError, Written},
    connector::Connector,
    default::default,
    io::Io,
    resolve::Resolver,
    source::Source,
};
pub use self::{
    default::{DefaultPresetError, set_default},
    preset::{Preset, PresetBuilder, PresetError},
    profile::Profile,
    target::{Destination, Target},
};
