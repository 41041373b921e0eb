//! Scopes as a user meets them.
//!
//! A [`Scope`] is a cheap handle to a region with an owner: the future that
//! runs its body, and then the stream that the body returned. Its nearest
//! neighbour is tokio's `JoinSet`, which owns tasks; a scope owns whatever was
//! begun in it.

pub(crate) mod ambient;
mod begin;
mod builder;
mod cancelled;
mod current;
mod entry;
mod exit;
mod finish;
mod handle;
mod limits;
pub(crate) mod origin;
mod owner;
mod run;
mod shutdown;

pub(crate) use self::{
    ambient::Work,
    entry::Entry,
    exit::{Exit, Fallible},
    finish::on_runtime,
    owner::{Owner, watch_over},
    run::Run,
};
pub use self::{
    builder::ScopeBuilder,
    current::{cancelled, check, deadline, defer, remaining},
    entry::Annotation,
    exit::Value,
    handle::Scope,
    limits::{DefaultTimeoutError, Limits, set_default_timeout},
    shutdown::{Leftovers, shutdown},
};
