//! Tasks: bound to a scope, or out of one by name.
//!
//! tokio's `JoinSet` aborts its tasks when it is dropped; a scope also waits
//! for them to be gone, whichever way it ends.

mod bound;
mod detach;
mod in_scope;
mod panicked;
mod spawn;

pub(crate) use self::bound::{spawn_connection, spawn_in, spawn_local_in};
pub use self::{detach::detach, in_scope::InScope, spawn::spawn};
