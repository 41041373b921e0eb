use std::{collections::HashMap, time::Duration};

use tokio::time::Instant;

use super::{Open, Record, SocketAddress, record::CHANNELS, socket::SOCKETS};

/// A channel of the process, as it was when it was looked at.
///
/// With the feature `serde` it serializes, with durations in seconds.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ChannelSnapshot {
    /// No other channel's, nor that of a socket or a server.
    pub id: u64,
    /// Whose it is.
    pub origin: ChannelOrigin,
    /// Where it goes; `None` where that was said elsewhere.
    pub target: Option<String>,
    /// Whether it is connected.
    pub state: ChannelState,
    /// How long ago it was made.
    #[cfg_attr(
        feature = "serde",
        serde(rename = "age_seconds", serialize_with = "crate::serial::seconds")
    )]
    pub age: Duration,
    /// Calls that have begun on it.
    pub calls_started: u64,
    /// Those that ended with `OK`.
    pub calls_succeeded: u64,
    /// Those that ended otherwise.
    pub calls_failed: u64,
    /// The time since the last call began; `None` if there was none.
    #[cfg_attr(
        feature = "serde",
        serde(
            rename = "since_last_call_seconds",
            serialize_with = "crate::serial::maybe_seconds"
        )
    )]
    pub since_last_call: Option<Duration>,
    /// Its open sockets; none where the [state](Self::state) is unknown.
    pub sockets: Vec<SocketSnapshot>,
}

/// Whose a channel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum ChannelOrigin {
    /// A long-lived client's: [`Scoped::new`](crate::Scoped::new).
    LongLived,
    /// A scope's own.
    Scope,
    /// A [pool](crate::pool)'s.
    Pool,
}

/// Whether a channel is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum ChannelState {
    /// Its sockets are opened by tonic or by a connector of the user's, which do
    /// not tell.
    Unknown,
    /// It has no socket, and opens one with its next call.
    Idle,
    /// A socket is being opened.
    Connecting,
    /// A socket is open.
    Ready,
    /// It has no socket, and the last could not be opened.
    Failing,
    /// Its scope has closed, and somebody still has a client of it.
    Closed,
}

/// An open socket.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct SocketSnapshot {
    /// No other socket's, nor that of a channel or a server.
    pub id: u64,
    /// This end, where the system tells.
    pub local: Option<SocketAddress>,
    /// The other end, where the system tells.
    pub remote: Option<SocketAddress>,
}

/// The channels of the process, by number: those of long-lived clients, those
/// that scopes have made, and those of pools.
///
/// A channel that was made elsewhere and that a scope has only bound is not known
/// here: its calls are its scope's.
///
/// # Examples
///
/// ```
/// use tonic_scope::monitor;
///
/// for channel in monitor::channels() {
///     let target = channel.target.as_deref().unwrap_or("somewhere");
///     println!("to {target}, {:?}: {} calls", channel.state, channel.calls_started);
/// }
/// ```
#[must_use]
pub fn channels() -> Vec<ChannelSnapshot> {
    let mut sockets: HashMap<u64, Vec<SocketSnapshot>> = HashMap::new();
    for open in SOCKETS.all() {
        let of_channel = sockets.entry(open.channel.id).or_default();
        of_channel.push(SocketSnapshot::of(&open));
    }
    let now = Instant::now();
    let of = |record: &Record| {
        let sockets = sockets.remove(&record.id).unwrap_or_default();
        ChannelSnapshot::of(record, sockets, now)
    };
    let all = CHANNELS.all();
    all.iter().map(|record| &**record).map(of).collect()
}

impl ChannelSnapshot {
    fn of(record: &Record, sockets: Vec<SocketSnapshot>, now: Instant) -> Self {
        let age = now.saturating_duration_since(record.opened);
        let [started, succeeded, failed] = record.calls();
        Self {
            id: record.id,
            origin: record.origin,
            target: record.target.clone(),
            state: record.state(),
            age,
            calls_started: started,
            calls_succeeded: succeeded,
            calls_failed: failed,
            since_last_call: record.last_call().map(|after| age.saturating_sub(after)),
            sockets,
        }
    }
}

impl SocketSnapshot {
    fn of(open: &Open) -> Self {
        Self {
            id: open.id,
            local: open.local.clone(),
            remote: open.remote.clone(),
        }
    }
}
