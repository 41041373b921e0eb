use std::{
    pin::Pin,
    task::{Context, Poll},
};

use pin_project::pin_project;

use super::{Exit, Limits, Owner, Run};
use crate::{deadline::Deadline, error::ScopeError, lifecycle::Site};

/// Opens a scope when it is first polled, and runs the body in it.
///
/// # Cancel safety
///
/// Dropping it before that drops the body, for which no scope has opened then.
/// Later it is that of [`Run`].
#[pin_project]
#[must_use = "futures do nothing unless polled"]
#[derive(Debug)]
pub struct Entry<X, F, T> {
    /// `None` once the scope has opened, or was refused.
    opening: Option<Opening>,
    #[pin]
    run: Run<X, F, T>,
}

/// What an annotation says, where nothing of it is computed.
#[derive(Debug)]
pub struct Annotation {
    site: Site,
    limits: Limits,
}

impl Annotation {
    /// A scope of this name, at the caller's place.
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str, limits: Limits) -> Self {
        let site = Site::new(name);
        Self { site, limits }
    }
}

/// What a scope is opened with.
#[derive(Debug)]
struct Opening {
    annotation: &'static Annotation,
    caller: Option<Deadline>,
}

impl Opening {
    fn open(self, streaming: bool) -> Result<Owner, ScopeError> {
        let Annotation { site, limits } = self.annotation;
        Owner::open(*site, limits, self.caller, streaming)
    }
}

impl<X: Exit<F::Output>, F: Future> Entry<X, F, X::Output> {
    #[allow(
        clippy::inline_always,
        reason = "a body is large, and each call moves it"
    )]
    #[inline(always)]
    pub(crate) fn new(annotation: &'static Annotation, caller: Option<Deadline>, body: F) -> Self {
        Self {
            opening: Some(Opening { annotation, caller }),
            run: Run::unopened(body),
        }
    }
}

impl<X: Exit<F::Output>, F: Future> Future for Entry<X, F, X::Output> {
    type Output = X::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<X::Output> {
        let mut this = self.project();
        if let Some(opening) = this.opening.take() {
            this.run.as_mut().open(opening.open(X::STREAMING));
        }
        this.run.poll(cx)
    }
}
