//! What the ways of writing a service have in common, so that one workload runs them all.

use std::sync::Arc;

use tonic_scope_examples::discovery::config_server::Config;

use crate::{calls::Calls, node::Node};

/// How a service is written: as a server, and as a client of its peers.
pub(crate) trait Mode {
    const NAME: &'static str;

    type Service: Config;

    /// The server half.
    fn service(node: Arc<Node>) -> Self::Service;

    /// The client half: checks every peer and follows what it rolls out, and ends when the service
    /// considers that done.
    fn tick(node: Arc<Node>, calls: Calls, cycle: u64)
    -> impl Future<Output = ()> + Send + 'static;

    /// Lets go of what the mode keeps on purpose.
    fn close() -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }

    /// How many scopes are open, in a mode that has any.
    fn live_scopes() -> Option<usize> {
        None
    }
}
