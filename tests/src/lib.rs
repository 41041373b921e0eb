//! What the end-to-end tests share: a peer that sees the wire, runtimes of
//! their own for peers and callers, and waiting for something to come true.

use tonic::transport::Server;

mod apart;
mod peer;
mod settle;

pub use self::{
    apart::Apart,
    peer::{Peer, Seen},
    settle::{settles, tasks_alive},
};

/// A server for callers that cancel many calls at once.
///
/// Where a machine is so busy that some 20 calls are opened and cancelled before
/// the server looks at them, HTTP/2 servers take the caller for an attacker
/// (CVE-2023-44487) and close the connection. A test with deadlines of a few
/// milliseconds is no attack.
#[must_use]
pub fn server() -> Server {
    Server::builder().http2_max_pending_accept_reset_streams(Some(10_000))
}

/// The generated service of the four call shapes.
#[allow(missing_docs, unreachable_pub, unused_qualifications, clippy::pedantic)]
pub mod shapes {
    tonic::include_proto!("tonic_scope.tests");
}

/// The generated services of the README.
#[allow(missing_docs, unreachable_pub, unused_qualifications, clippy::pedantic)]
pub mod quick_start {
    tonic::include_proto!("quick_start");
}
