//! The pool: that it makes few connections, lends them fairly, replaces what
//! breaks, and closes what it has made and nothing before its time.

mod addresses;
mod ages;
mod borrowing;
mod breaking;
mod closing;
mod harness;
mod leases;
mod limits;
mod resets;
mod snapshot;
mod soak;
mod tls;
