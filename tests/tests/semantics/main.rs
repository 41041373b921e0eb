//! What a function means without `#[scoped]`, it means with it: each shape here
//! is compiled both ways from the same tokens, and both are watched.
//! Editions differ in when temporaries are dropped, so `edition_2021` runs all of
//! it once more.
#![allow(
    dead_code,
    unused_assignments,
    clippy::items_after_statements,
    clippy::many_single_char_names,
    clippy::needless_arbitrary_self_type,
    clippy::needless_pass_by_value,
    clippy::needless_return,
    clippy::redundant_else,
    clippy::unused_async,
    reason = "a shape is there for its form"
)]

#[macro_use]
mod harness;

mod arguments;
mod attributes;
mod control;
mod drops;
mod errors;
mod generics;
mod macros;
mod names;
mod nesting;
mod panics;
mod patterns;
mod receivers;
mod results;
mod size;
mod streams;
mod traits;
