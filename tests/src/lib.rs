//! What the end-to-end tests share: a peer that sees the wire, runtimes of
//! their own for peers and callers, and waiting for something to come true.

mod apart;
mod peer;
mod settle;

pub use self::{
    apart::Apart,
    peer::{Peer, Seen},
    settle::{settles, tasks_alive},
};

/// The generated service of the four call shapes.
#[allow(missing_docs, unreachable_pub, unused_qualifications, clippy::pedantic)]
pub mod shapes {
    tonic::include_proto!("tonic_scope.tests");
}
