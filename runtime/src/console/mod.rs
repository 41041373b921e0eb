//! What is alive, on a port of its own: for a browser, a terminal, a program, and
//! gRPC's own debugging tools.
//!
//! It reads what [`monitor`](crate::monitor) shows and changes nothing. Neither its
//! connections nor its tasks are bound to any scope, so it is no part of what it
//! shows.

mod channelz;
mod error;
mod guard;
mod pages;
mod serve;
mod view;

pub use self::{
    error::ConsoleError,
    serve::{Console, ConsoleBuilder, serve},
};
