//! Scopes for tonic (see the README; this text is replaced by it).
#![cfg_attr(
    loom,
    allow(dead_code, unused_imports, reason = "the models use the core alone")
)]

#[cfg(not(loom))]
#[doc(hidden)]
#[path = "private/mod.rs"]
pub mod __private;
#[cfg(not(loom))]
mod client;
mod deadline;
#[cfg(not(loom))]
mod error;
mod lifecycle;
#[cfg(not(loom))]
pub mod monitor;
#[cfg(not(loom))]
mod scope;
#[cfg(not(loom))]
mod status;
#[cfg(not(loom))]
mod stream;
#[cfg(not(loom))]
mod task;

#[cfg(not(loom))]
use crate::__private as private;

#[cfg(not(loom))]
#[doc(inline)]
pub use tonic_scope_macros::scoped;

#[cfg(not(loom))]
pub use self::{
    client::{CallFuture, ConnectError, RequestBody, ResponseBody, Scoped, ScopedLayer},
    error::ScopeError,
    scope::{DefaultTimeoutError, Scope, ScopeBuilder, set_default_timeout},
    stream::ScopedStream,
    task::detach,
};
pub use self::{deadline::Deadline, lifecycle::CloseReason};
