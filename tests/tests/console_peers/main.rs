//! The console as seen by those it is for: a browser, and gRPC's own channelz
//! client. `tests/console/run` installs them and runs this.

mod browser;
mod channelz;
mod page;
#[path = "../watched/mod.rs"]
mod watched;
