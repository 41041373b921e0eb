//! `monitor::serve`: what its port gives to whom, and what it refuses.

#[path = "../watched/mod.rs"]
mod watched;

mod addresses;
mod channelz;
mod pages;
