//! The channels of the process: where they go, and what they have carried.
//!
//! What is counted here is what is shown, by
//! [`monitor::channels`](crate::monitor::channels) and by the console's channelz. A
//! channel is listed while anything of it is left, and nobody has to ask it:
//! whoever makes a connection says so to its [`Record`], and each call counts
//! itself there.

mod ledger;
mod record;
mod snapshot;
mod socket;

pub(crate) use self::{
    ledger::Ledger,
    record::{Attempt, Record, Tally, written},
    socket::Open,
};
pub use self::{
    snapshot::{ChannelOrigin, ChannelSnapshot, ChannelState, SocketSnapshot, channels},
    socket::SocketAddress,
};
