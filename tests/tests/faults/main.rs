//! Faults of every kind, for each call shape, on both sides: what the other end
//! saw, why the scope closed, and that nothing of it is left.

#[path = "faults/harness.rs"]
#[macro_use]
mod harness;

#[path = "faults/breaks.rs"]
mod breaks;
#[path = "faults/callers.rs"]
mod callers;
#[path = "faults/ends.rs"]
mod ends;
#[path = "faults/panics.rs"]
mod panics;
#[path = "faults/plain.rs"]
mod plain;
#[path = "faults/silence.rs"]
mod silence;
