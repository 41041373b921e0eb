//! The leak check: what it names, what it does not, and whose it is.
#![allow(
    clippy::ignored_unit_patterns,
    clippy::large_futures,
    clippy::unused_async,
    reason = "what leaks is there for its form"
)]

mod attribute;
mod clean;
mod peers;
mod planted;
mod process;
mod reach;
mod service;
