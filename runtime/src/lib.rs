//! Scopes for tonic: every client, call, task and stream of a handler has a
//! deadline, and ends with it.
//!
//! A gRPC service that is also a gRPC client leaks: temporary clients that nobody
//! closes, streams without a deadline, tasks that outlive their call. With
//! [`#[scoped]`](macro@scoped) on a handler, or on any async function that
//! returns a `Result`, whatever it begins is bound to a [`Scope`]: clients it
//! creates, calls it makes, tasks it spawns, the stream it returns. The scope has
//! a deadline, which its calls carry on to their peers, and however it ends
//! (`Ok`, `Err`, panic, deadline, the caller going away), what is bound to it
//! ends first.
//!
//! ```
//! use tonic::{Request, Response, Status};
//! use tonic_scope::{Scope, scoped};
//!
//! struct MyGreeter;
//!
//! impl MyGreeter {
//!     #[scoped(timeout = "2s", call_timeout = "500ms")]
//!     async fn hello(&self, request: Request<String>) -> Result<Response<String>, Status> {
//!         // Ends with the call, at the latest after two seconds, or when the time
//!         // that the caller allowed is over.
//!         let _helper = tokio::spawn(std::future::pending::<()>());
//!         let scope = Scope::current().expect("in a scope");
//!         let left = scope.remaining().unwrap_or_default();
//!         Ok(Response::new(format!("hello {}, {left:?} left", request.into_inner())))
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let answer = MyGreeter.hello(Request::new("you".to_owned())).await.unwrap();
//! assert!(answer.get_ref().starts_with("hello you"));
//! assert_eq!(tonic_scope::monitor::live_scopes(), 0);
//! # }
//! ```
//!
//! # Where to look
//!
//! - [`guide`]: from the first handler to a service in production, by chapters.
//! - [`macro@scoped`]: the attribute and its arguments.
//! - [`Scoped`]: for clients that live longer than a call.
//! - [`ScopedStream`]: for streams that a single function returns.
//! - [`Scope`]: the handle, for those who do without the attribute or want to
//!   decide for themselves.
//! - [`detach`]: work that outlives its scope, by name.
//! - [`defer`] and [`cancelled`]: cleanups, and tasks that finish by themselves.
//! - [`shutdown`]: the end of every scope of the process.
//! - [`pool`]: warm connections for temporary clients.
//! - [`connection`]: what the connections are like that a scope or a pool makes.
//! - [`long_lived`]: the usual shapes of clients that outlive a call.
//! - [`monitor`]: what is alive, and where it was made.
//! - [`testing`]: a leak check for tests.
//! - [`rules`]: what does not compile in a scope, and what to write instead.
//! - [`parts`]: what the types above are made of, for those who have to name it.
//!
//! # Which deadline counts
//!
//! The earliest of: the enclosing scope's, the caller's `grpc-timeout`, and the
//! scope's own `timeout`, or 30 s where none is said
//! ([`set_default_timeout`]). A call is also held to `call_timeout` and to the
//! request's own timeout. What is left is what the peer is told.
//!
//! # What it does not do
//!
//! It cannot end a thread that blocks, nor `spawn_blocking`. What could not be
//! ended in time is reported as a `tracing` event with the place where it was
//! made, and stays in [`monitor::snapshot`] while it lives.
//!
//! # Features
//!
//! They add and change nothing; none is on unless asked for.
//!
#![doc = include_str!("../docs/features.md")]
// Beside each item docs.rs shows the feature that it needs.
#![cfg_attr(docsrs, feature(doc_cfg), doc(auto_cfg(hide(loom))))]
#![cfg_attr(
    loom,
    allow(
        dead_code,
        unreachable_pub,
        unused_imports,
        reason = "the models use the core alone"
    )
)]

#[cfg(not(loom))]
#[doc(hidden)]
#[path = "private/mod.rs"]
pub mod __private;
#[cfg(not(loom))]
mod channels;
#[cfg(not(loom))]
mod client;
#[cfg(not(loom))]
pub mod connection;
#[cfg(all(feature = "console", not(loom)))]
mod console;
mod deadline;
#[cfg(not(loom))]
mod error;
#[cfg(not(loom))]
pub mod guide;
#[cfg(not(loom))]
mod held;
mod lifecycle;
#[cfg(not(loom))]
mod limited;
#[cfg(not(loom))]
pub mod long_lived;
#[cfg(not(loom))]
pub mod monitor;
#[cfg(not(loom))]
mod panics;
#[cfg(not(loom))]
pub mod parts;
#[cfg(not(loom))]
pub mod pool;
#[cfg(not(loom))]
pub mod rules;
#[cfg(not(loom))]
mod scope;
#[cfg(all(feature = "serde", not(loom)))]
mod serial;
#[cfg(not(loom))]
mod server;
#[cfg(not(loom))]
mod status;
#[cfg(not(loom))]
mod stream;
#[cfg(not(loom))]
mod task;
#[cfg(not(loom))]
pub mod testing;

#[cfg(not(loom))]
#[doc(inline)]
pub use tonic_scope_macros::{call, scoped, test};

#[cfg(not(loom))]
pub use self::{
    client::{ConnectError, Scoped, ScopedLayer},
    error::ScopeError,
    limited::{FutureExt, Limits},
    scope::{
        DefaultTimeoutError, Leftovers, Scope, ScopeBuilder, cancelled, check, deadline, defer,
        remaining, set_default_timeout, shutdown,
    },
    server::ServerScopeLayer,
    stream::ScopedStream,
    task::{detach, spawn},
};
pub use self::{
    deadline::{Deadline, LimitSource},
    lifecycle::{CloseReason, Phase},
};
