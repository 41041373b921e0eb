//! Who has which connection, who waits, and who may open one.
//!
//! A state machine under one lock: it starts no task, opens no socket and reads
//! no clock. What follows from a step comes out as [`Effects`], to be done when
//! the lock is free (invariant 9). The lock is held for a handful of steps; only
//! where the limit in all is reached are all connections looked at.
//!
//! A `tokio::sync::Semaphore` says that there is room, not where, and a permit
//! that is out cannot be taken back when its connection breaks. So the queues are
//! lists, and what is handed to who waits is a place on a connection.

mod connections;
mod effects;
mod entry;
mod leases;
mod room;
mod state;
mod steps;
#[cfg(test)]
mod tests;

use std::{
    hash::{BuildHasher, Hash},
    time::Duration,
};

use backon::ExponentialBuilder;

use self::state::State;
pub(super) use self::{
    connections::Due,
    effects::{Answer, Denied, Effects, Outcome, Start},
    entry::{BackOff, Conn, Health, Link},
    leases::Request,
    steps::Table,
};

/// The limits of a pool, none of them zero.
#[derive(Clone, Debug)]
pub(super) struct Limits {
    /// Sockets in all.
    pub(super) connections: usize,
    pub(super) per_key: usize,
    /// Leases on one connection.
    pub(super) leases: usize,
    pub(super) idle: Duration,
    pub(super) age: Option<Duration>,
    pub(super) back_off: ExponentialBuilder,
    /// The longest wait for a back-off's end.
    pub(super) patience: Duration,
    /// Failures in a row after which a connection is lent no more.
    pub(super) strikes: u32,
}

/// What a table is about. It looks into none of it.
pub(super) trait Pooled {
    type Key: Clone + Eq + Hash;
    type Hashes: BuildHasher + Default;
    type Channel;
    /// What who waits is given, made of a place on a [`Link`].
    type Lease;
}
