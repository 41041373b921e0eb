//! The life of a scope: what is bound to it, and how that ends.
//!
//! This is the concurrent core. It knows nothing of tonic and starts no task,
//! so that it can be model-checked on its own; time enters it only as data.
//! Its nearest neighbour is tokio-util's `CancellationToken` with a
//! `TaskTracker`: those tell tasks to stop and count them, while a
//! [`Lifecycle`] also ends what does not listen, refuses what comes late, and
//! knows the place where each thing was made.
//!
//! # Invariants
//!
//! The numbers are those of `DESIGN.md`; code that keeps one cites it.
//!
//! 1. A scope closes exactly once; its first reason stays.
//! 2. Nothing can be bound to a closed scope.
//! 3. Every bond is released exactly once: by finishing, or by the close.
//! 4. A child's deadline is never later than its parent's.
//! 6. No user code (wakers, drops, futures) runs under a lock of ours.
//!
//! # Locks
//!
//! There are three kinds: a [`Lifecycle`]'s state, a [`GuardSlot`], and a shard of
//! the registry. No
//! thread holds two at a time, so there is no lock order to keep. Each is held for
//! a handful of instructions, and whatever could run foreign code (a waker, a
//! value's drop) is carried out of the critical section first. That is also why
//! poisoning is ignored: no panic can start inside. A [`Revocable`]'s mutex is no
//! lock in this sense: it says whether somebody is in, and nobody waits for it.

mod bond;
mod bonds;
mod closing;
mod detail;
mod kin;
mod look;
mod meta;
#[cfg(all(test, loom))]
mod models;
mod phase;
mod reason;
mod registry;
mod revocable;
mod scope;
#[cfg(all(test, shuttle))]
mod shuffled;
mod site;
mod state;
mod sync;
#[cfg(all(test, not(any(loom, shuttle))))]
mod tests;
mod told;
mod wait;
mod watch;

pub(crate) use self::{
    bond::{BondKind, End, Ending, Guard, GuardSlot},
    closing::{Cleanup, Closing, Finish},
    look::{About, Condition, Seen},
    meta::Meta,
    phase::InFlight,
    registry::{
        SHARDS, late_count, ledger, listed, live, live_count, refuse_roots, shard_of_this_thread,
    },
    revocable::{Revocable, Revoked},
    scope::Lifecycle,
    state::{Stage, TaskPanic},
    watch::Watch,
};
pub use self::{phase::Phase, reason::CloseReason, site::Site};
