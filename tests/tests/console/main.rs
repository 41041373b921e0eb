//! `monitor::serve`: what its port gives to whom, and what it refuses.

mod watched;

#[path = "console/addresses.rs"]
mod addresses;
#[path = "console/channelz.rs"]
mod channelz;
#[path = "console/pages.rs"]
mod pages;
