/// A pool, as it was when the snapshot was taken.
///
/// With the feature `serde` it serializes, each field under its own name.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct PoolSnapshot {
    /// Sockets: open, being opened, or not yet closed. Never above the limit.
    pub sockets: usize,
    /// What is there for each key, in no order.
    pub keys: Vec<KeySnapshot>,
    /// What has happened since the pool was built.
    pub counts: PoolCounts,
}

/// The connections that may be lent in each other's place.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct KeySnapshot {
    /// Where they go. Two keys can have one address, and differ in their
    /// profile or runtime.
    pub address: String,
    /// Connections that can be lent.
    pub connections: usize,
    /// Sockets: of these, of those that are about to close, and of an attempt.
    pub sockets: usize,
    /// Whether an attempt to connect is under way, or due at the end of a back-off.
    pub connecting: bool,
    /// Leases that are out.
    pub leases: usize,
    /// Who waits for one.
    pub waiting: usize,
}

/// What has happened in a pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct PoolCounts {
    /// Leases asked for.
    pub leases: u64,
    /// Connections made.
    pub connected: u64,
    /// Attempts that failed.
    pub failed: u64,
    /// Sockets opened anew for a connection whose peer had closed it while it
    /// was lent.
    pub reopened: u64,
    /// Connections that made room for another key.
    pub evicted: u64,
    /// Connections that a scope made for itself, because an `Endpoint` does not
    /// tell whether another may share it.
    pub unpooled: u64,
}
