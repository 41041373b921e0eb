use std::time::Duration;

use tokio::time::Instant;
use tonic::Request;

use super::Probe;
use crate::deadline::{Deadline, wire};

/// The time that the caller of a handler allows it.
#[derive(Clone, Copy, Debug)]
pub struct Caller(Option<Duration>);

/// What is kept back of the caller's time, so that our answer is there before
/// tonic's own timer, which starts earlier and answers `CANCELLED`: a tenth, and
/// no more than this (invariant 7).
const MOST_KEPT_BACK: Duration = Duration::from_millis(5);

impl Caller {
    /// No limit said.
    pub const NONE: Self = Self(None);

    /// The tighter of two.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self([self.0, other.0].into_iter().flatten().min())
    }

    pub(super) fn deadline(self) -> Option<Deadline> {
        self.0.map(|timeout| {
            let kept_back = (timeout / 10).min(MOST_KEPT_BACK);
            Deadline::at(Instant::now(), timeout.saturating_sub(kept_back))
        })
    }
}

/// For a request: its `grpc-timeout`.
pub trait ViaRequest {
    /// The time allowed.
    fn caller(&self) -> Caller;
}

impl<T> ViaRequest for Probe<'_, Request<T>> {
    fn caller(&self) -> Caller {
        Caller(wire::decode(self.0.metadata().as_ref()))
    }
}

/// For anything else: none. An argument of a generic type may be a request; its
/// deadline is then the enclosing scope's business.
pub trait ViaOther {
    /// The time allowed.
    fn caller(&self) -> Caller;
}

impl<T: ?Sized> ViaOther for &Probe<'_, T> {
    fn caller(&self) -> Caller {
        Caller::NONE
    }
}
