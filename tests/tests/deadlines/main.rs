//! Deadlines from end to end: which of all the limits counts, what a peer is told
//! of it, how it ends, and what the error says.
//!
//! Time is paused and the network is in memory, so what takes two seconds takes
//! exactly two; the one exception is `around`, which is about real clocks.

#[path = "deadlines/arithmetic.rs"]
mod arithmetic;
#[path = "deadlines/around.rs"]
mod around;
#[path = "deadlines/bad_input.rs"]
mod bad_input;
#[path = "deadlines/handlers.rs"]
mod handlers;
#[path = "deadlines/idle.rs"]
mod idle;
#[path = "deadlines/outcomes.rs"]
mod outcomes;
#[path = "deadlines/phases.rs"]
mod phases;
#[path = "deadlines/recorder.rs"]
mod recorder;
#[path = "deadlines/server.rs"]
mod server;

use std::{error::Error as _, time::Duration};

use tonic::Status;
use tonic_scope::ScopeError;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// What a scope says of a status that it made.
fn scope_error(status: &Status) -> &ScopeError {
    let source = status.source().and_then(|source| source.downcast_ref());
    source.unwrap_or_else(|| panic!("not of a scope: {status:?}"))
}
