//! Deadlines from end to end: which of all the limits counts, what a peer is told
//! of it, how it ends, and what the error says.
//!
//! Time is paused and the network is in memory, so what takes two seconds takes
//! exactly two; the one exception is `around`, which is about real clocks.

mod arithmetic;
mod around;
mod bad_input;
mod handlers;
mod idle;
mod outcomes;
mod phases;
mod recorder;
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
