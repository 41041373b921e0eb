//! Which leak checks a thing belongs to.
//!
//! What is bound to a scope is found through its scope. What leaves every scope
//! (a detached task, a client that was left unscoped) is found through its
//! origin: the checks that were watching where it was begun. Nearest neighbour:
//! a scope's parent, which ends what it has; an origin only tells where to
//! report.
//!
//! While no check of the process is active there are no origins: the question
//! whether one is costs a load of one number, and is asked only where something
//! begins outside of a scope, or a client or a returned stream does.

mod carry;
mod escape;
mod watch;

pub(crate) use self::{
    carry::{Alive, alive, carry, carrying},
    escape::escapable,
    watch::{Role, Watch, adopt},
};
