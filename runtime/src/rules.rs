//! What [`#[scoped]`](macro@crate::scoped) refuses to compile, a page for each rule.
//!
//! | rule | refuses |
//! |---|---|
//! | [`fallible`] | a return type that cannot carry the error |
//! | [`unbounded_stream`] | a streaming method without a limit |
//! | [`unbound_stream`] | a returned stream that cannot own the scope |
//! | [`client_in_loop`] | a connection for each turn of a loop |
//! | [`client_escapes`] | a client that is closed where it arrives |
//! | [`fire_and_forget`] | a task that is cut off when the function returns |
//! | [`leaked`] | values that are never dropped |
//! | [`unjoinable`] | threads, and tasks of a runtime |
//! | [`blocking`] | waiting that no deadline can end |
//! | [`opaque_macro`] | what is made where nothing can be bound |
//! | [`override`](override/index.html) | a `#[call]` that is longer than its scope, or in the wrong place |
//!
//! A rule is switched off for one function, or all methods of an impl, by
//! `allow(rule, ..)` among the arguments of the attribute. A type whose name ends
//! in `Client` and that is no gRPC client is named in `ignore(TypeClient, ..)`.
//!
//! The rules read a function's own body, with its closures and async blocks, and
//! none of the functions that it calls. What they miss is bound to the scope all
//! the same, or reported when it outlives it.
//!
//! Modules only because that gives each rule an address: there is nothing in them.

#[doc = include_str!("../docs/rules/fallible.md")]
pub mod fallible {}

#[doc = include_str!("../docs/rules/unbounded_stream.md")]
pub mod unbounded_stream {}

#[doc = include_str!("../docs/rules/unbound_stream.md")]
pub mod unbound_stream {}

#[doc = include_str!("../docs/rules/client_in_loop.md")]
pub mod client_in_loop {}

#[doc = include_str!("../docs/rules/client_escapes.md")]
pub mod client_escapes {}

#[doc = include_str!("../docs/rules/fire_and_forget.md")]
pub mod fire_and_forget {}

#[doc = include_str!("../docs/rules/leaked.md")]
pub mod leaked {}

#[doc = include_str!("../docs/rules/unjoinable.md")]
pub mod unjoinable {}

#[doc = include_str!("../docs/rules/blocking.md")]
pub mod blocking {}

#[doc = include_str!("../docs/rules/opaque_macro.md")]
pub mod opaque_macro {}

#[doc = include_str!("../docs/rules/override.md")]
pub mod r#override {}
