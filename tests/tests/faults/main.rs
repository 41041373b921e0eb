//! Faults of every kind, for each call shape, on both sides: what the other end
//! saw, why the scope closed, and that nothing of it is left.

#[macro_use]
mod harness;

mod breaks;
mod callers;
mod ends;
mod panics;
mod plain;
mod silence;
