use std::{fmt, sync::Arc};

use tokio::{
    sync::{Notify, oneshot},
    time::Instant,
};
use tonic::transport::Error;

use super::{
    BackOff, Pooled,
    entry::{Conn, Link, Waiter},
};

/// What follows from a step, to be done with the lock free.
#[must_use = "what a step decides has to be done"]
pub(in crate::pool) struct Effects<P: Pooled> {
    pub(in crate::pool) answers: Vec<Answer<P>>,
    pub(in crate::pool) start: Vec<Start<P>>,
    pub(in crate::pool) stop: Vec<Arc<Notify>>,
    /// Only to be dropped.
    pub(super) gone: Vec<Conn<P>>,
    pub(super) left: Vec<Waiter<P>>,
    pub(super) forgotten: Vec<P::Key>,
}

/// The answer to somebody who has waited.
pub(in crate::pool) struct Answer<P: Pooled> {
    pub(in crate::pool) waiter: oneshot::Sender<Outcome<P>>,
    /// Where there is a place.
    pub(in crate::pool) link: Result<Arc<Link<P>>, Denied>,
}

/// An attempt to connect, whose socket is counted already.
pub(in crate::pool) struct Start<P: Pooled> {
    pub(in crate::pool) key: P::Key,
    pub(in crate::pool) id: u64,
    /// How many there were for the key before.
    pub(in crate::pool) nth: usize,
    /// Not before that: the end of a back-off.
    pub(in crate::pool) begins: Instant,
}

pub(in crate::pool) type Outcome<P> = Result<<P as Pooled>::Lease, Denied>;

/// Why there is no lease.
#[derive(Clone, Debug)]
pub(in crate::pool) enum Denied {
    Closed,
    /// A limit leaves no room for another socket.
    Full,
    Failed(Arc<Error>),
    BackOff(BackOff),
    /// The runtime that connected has ended: ask again.
    Interrupted,
}

impl<P: Pooled> Effects<P> {
    pub(super) fn lend(&mut self, waiter: Waiter<P>, link: Arc<Link<P>>) {
        self.answer(waiter, Ok(link));
    }

    pub(super) fn deny(&mut self, waiter: Waiter<P>, why: Denied) {
        self.answer(waiter, Err(why));
    }

    fn answer(&mut self, waiter: Waiter<P>, link: Result<Arc<Link<P>>, Denied>) {
        self.answers.push(Answer {
            waiter: waiter.sender,
            link,
        });
    }
}

impl<P: Pooled> Default for Effects<P> {
    fn default() -> Self {
        Self {
            answers: Vec::new(),
            start: Vec::new(),
            stop: Vec::new(),
            gone: Vec::new(),
            left: Vec::new(),
            forgotten: Vec::new(),
        }
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("the pool is closed"),
            Self::Full => f.write_str("the pool's limits leave no room for another connection"),
            Self::Failed(error) => error.fmt(f),
            Self::BackOff(_) => {
                f.write_str("the last attempt to connect has failed, and the next is not due yet")
            }
            Self::Interrupted => f.write_str("the runtime that connected has ended"),
        }
    }
}

impl std::error::Error for Denied {}
