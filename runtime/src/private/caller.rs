use std::{fmt, marker::PhantomData, time::Duration};

use tonic::Request;

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

    /// That from now on.
    pub(super) fn deadline(self) -> Option<Deadline> {
        self.0.map(Deadline::of_caller)
    }
}

/// Asks a type of argument for what the caller of a handler allows it.
///
/// The argument goes through by value: a local that was borrowed once would be
/// kept in the future until the end, although the body has taken it.
pub struct CallerOf<T>(PhantomData<fn() -> T>);

impl<T> CallerOf<T> {
    /// The question.
    pub const NEW: Self = Self(PhantomData);
}

impl<T> fmt::Debug for CallerOf<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CallerOf")
    }
}

/// For a request: its `grpc-timeout`.
pub trait ViaRequest<R> {
    /// The tighter of `caller` and the time allowed, and the request.
    fn tonic_scope_caller(&self, caller: Caller, request: R) -> (Caller, R);

    /// The same, where no future would keep what is borrowed.
    fn tonic_scope_caller_of(&self, caller: Caller, request: &R) -> Caller;
}

impl<T> ViaRequest<Request<T>> for CallerOf<Request<T>> {
    fn tonic_scope_caller(&self, caller: Caller, request: Request<T>) -> (Caller, Request<T>) {
        (self.tonic_scope_caller_of(caller, &request), request)
    }

    fn tonic_scope_caller_of(&self, caller: Caller, request: &Request<T>) -> Caller {
        caller.or(Caller(wire::decode(request.metadata().as_ref())))
    }
}

/// For anything else: none. An argument of a generic type may be a request; its
/// deadline is then the enclosing scope's business.
pub trait ViaOther<T> {
    /// Both as they are.
    fn tonic_scope_caller(&self, caller: Caller, other: T) -> (Caller, T);

    /// `caller` as it is.
    fn tonic_scope_caller_of(&self, caller: Caller, other: &T) -> Caller;
}

impl<T> ViaOther<T> for &CallerOf<T> {
    fn tonic_scope_caller(&self, caller: Caller, other: T) -> (Caller, T) {
        (caller, other)
    }

    fn tonic_scope_caller_of(&self, caller: Caller, _: &T) -> Caller {
        caller
    }
}
