//! The pool: that it makes few connections, lends them fairly, replaces what
//! breaks, and closes what it has made and nothing before its time.

#[path = "pool/addresses.rs"]
mod addresses;
#[path = "pool/ages.rs"]
mod ages;
#[path = "pool/borrowing.rs"]
mod borrowing;
#[path = "pool/breaking.rs"]
mod breaking;
#[path = "pool/closing.rs"]
mod closing;
#[path = "pool/harness.rs"]
mod harness;
#[path = "pool/leases.rs"]
mod leases;
#[path = "pool/limits.rs"]
mod limits;
#[path = "pool/resets.rs"]
mod resets;
#[path = "pool/soak.rs"]
mod soak;
#[path = "pool/tls.rs"]
mod tls;
