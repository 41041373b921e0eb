//! The leak check: what it names, what it does not, and whose it is.
#![allow(
    clippy::ignored_unit_patterns,
    clippy::large_futures,
    clippy::unused_async,
    reason = "what leaks is there for its form"
)]

#[path = "leaks/attribute.rs"]
mod attribute;
#[path = "leaks/clean.rs"]
mod clean;
#[path = "leaks/peers.rs"]
mod peers;
#[path = "leaks/planted.rs"]
mod planted;
#[path = "leaks/process.rs"]
mod process;
#[path = "leaks/reach.rs"]
mod reach;
#[path = "leaks/service.rs"]
mod service;
