//! The client side: transports whose calls are bound to a scope.
//!
//! Enforcement is a tower service and not an interceptor, so it covers calls
//! made by helpers and macros as well as those in rewritten code. tonic's own
//! time limit sits in the channel: it starts when the request is sent, ends at
//! the response headers, and answers `CANCELLED`; this one starts when the call
//! is made, ends with the response stream, and answers `DEADLINE_EXCEEDED`.

mod body;
mod call;
mod connect;
mod error;
mod future;
mod home;
mod lender;
mod limits;
mod service;
mod unscoped;

pub use self::{
    body::ResponseBody,
    error::ConnectError,
    future::CallFuture,
    service::{Scoped, ScopedLayer},
};
pub(crate) use self::{
    connect::{
        connect, connect_lazy, connect_lazy_with, connect_source, connect_with, executor, within,
    },
    error::Cause as ConnectCause,
    lender::{Lender, Lends},
};
