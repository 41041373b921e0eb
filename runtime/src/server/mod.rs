//! The server side: a scope for each request, from the arrival of its headers to
//! the end of its response.
//!
//! `#[scoped]` on a handler works without it, and nests in it. What the layer
//! adds is what a handler cannot see: the time that an upload took before the
//! handler began, a panic, a reset of the request's stream, and all the requests
//! of a server when it is to shut down.

mod admission;
mod body;
mod clamp;
mod counts;
mod layer;
mod request;
mod respond;
mod service;
mod upload;

pub use self::{
    body::ServerBody,
    counts::{ServerCounts, ServerSnapshot, servers},
    layer::ServerScopeLayer,
    service::{ServerFuture, ServerScope},
};
