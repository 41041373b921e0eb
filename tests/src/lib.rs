//! What the end-to-end tests share: a peer that sees the wire, runtimes and
//! processes of their own for peers and callers, and waiting for something to
//! come true.

mod apart;
mod host;
mod http1;
mod memory;
mod peer;
mod process;
mod serve;
mod settle;
mod told;
mod wire;

pub use self::{
    apart::Apart,
    host::Host,
    http1::{Answer, http1},
    memory::{Incoming, Memory},
    peer::{Peer, Seen, Talk},
    process::Process,
    serve::{channel, long_lived, serve},
    settle::{settles, tasks_alive},
    told::Told,
    wire::Wire,
};

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

/// The generated client of gRPC's channelz.
#[allow(missing_docs, unreachable_pub, unused_qualifications, clippy::pedantic)]
pub mod channelz {
    tonic::include_proto!("grpc.channelz.v1");
}

/// The generated services of an ordinary shop, as source: for crates that are
/// written by a test.
pub const SHOP: &str = include_str!(concat!(env!("OUT_DIR"), "/shop.rs"));
