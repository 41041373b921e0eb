//! Scopes as a user meets them.
//!
//! A [`Scope`] is a cheap handle to a region with an owner: the future that
//! runs its body, and then the stream that the body returned. Its nearest
//! neighbour is tokio's `JoinSet`, which owns tasks; a scope owns whatever was
//! begun in it.

pub(crate) mod ambient;
mod builder;
mod exit;
mod handle;
mod limits;
mod owner;
mod run;

pub use self::{
    builder::ScopeBuilder,
    exit::Value,
    handle::Scope,
    limits::{DefaultTimeoutError, Limits, set_default_timeout},
};
pub(crate) use self::{
    exit::{Exit, Fallible},
    owner::{Owner, watch_over},
    run::Run,
};
