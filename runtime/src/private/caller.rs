use std::time::Duration;

use tonic::Request;

use super::Probe;
use crate::deadline::{Deadline, wire};

/// The time that the caller of a handler allows it.
#[derive(Clone, Copy, Debug)]
pub struct Caller(Option<Duration>);

impl Caller {
    /// No limit said.
    pub const NONE: Self = Self(None);

    /// The tighter of two.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self([self.0, other.0].into_iter().flatten().min())
    }

    pub(super) fn deadline(self) -> Option<Deadline> {
        self.0.map(Deadline::of_caller)
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
