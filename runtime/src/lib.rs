//! Scopes for tonic (see the README; this text is replaced by it).

#[doc(hidden)]
#[path = "private/mod.rs"]
pub mod __private;
mod client;
mod deadline;
mod error;
mod lifecycle;
pub mod monitor;
mod scope;
mod status;
mod stream;
mod task;

use crate::__private as private;

#[doc(inline)]
pub use tonic_scope_macros::scoped;

pub use self::{
    client::{CallFuture, ConnectError, RequestBody, ResponseBody, Scoped, ScopedLayer},
    deadline::Deadline,
    error::ScopeError,
    lifecycle::CloseReason,
    scope::{DefaultTimeoutError, Scope, ScopeBuilder, set_default_timeout},
    stream::ScopedStream,
    task::detach,
};
