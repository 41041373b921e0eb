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
#[path = "semantics/harness.rs"]
mod harness;

#[path = "semantics/arguments.rs"]
mod arguments;
#[path = "semantics/attributes.rs"]
mod attributes;
#[path = "semantics/control.rs"]
mod control;
#[path = "semantics/drops.rs"]
mod drops;
#[path = "semantics/errors.rs"]
mod errors;
#[path = "semantics/generics.rs"]
mod generics;
#[path = "semantics/macros.rs"]
mod macros;
#[path = "semantics/names.rs"]
mod names;
#[path = "semantics/nesting.rs"]
mod nesting;
#[path = "semantics/panics.rs"]
mod panics;
#[path = "semantics/patterns.rs"]
mod patterns;
#[path = "semantics/receivers.rs"]
mod receivers;
#[path = "semantics/results.rs"]
mod results;
#[path = "semantics/size.rs"]
mod size;
#[path = "semantics/streams.rs"]
mod streams;
#[path = "semantics/traits.rs"]
mod traits;
