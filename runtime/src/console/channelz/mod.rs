//! gRPC's own service for looking into a process, after
//! [proposal A14](https://github.com/grpc/proposal/blob/master/A14-channelz.md).
//!
//! It says what [`monitor::channels`](crate::monitor::channels) and
//! [`monitor::servers`](crate::monitor::servers) say. What is known to neither is
//! left out: messages, windows and streams of a socket, and all sockets of a server.

mod answers;
mod page;
#[allow(
    clippy::enum_variant_names,
    clippy::pedantic,
    dead_code,
    missing_docs,
    unreachable_pub,
    unused_qualifications,
    reason = "generated"
)]
#[rustfmt::skip]
mod proto;
mod service;

pub(super) use self::service::{PATH, service};
