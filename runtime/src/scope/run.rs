use std::{
    marker::PhantomData,
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
    thread,
};

use super::{Exit, Owner, Scope};
use crate::{deadline::Timer, error::ScopeError, lifecycle::CloseReason};
use pin_project::{pin_project, pinned_drop};

/// Runs a body in a scope of its own, and ends the scope with it.
///
/// Polling order: the body first, so that a result that is ready wins over
/// everything; then the close, which has already happened; then the timer.
///
/// # Cancel safety
///
/// Dropping it closes the scope: the body is dropped, and all that was bound
/// to the scope is ended.
//
// `T` is `X::Output`, as a parameter: where a future holds this one, a
// projection would have to be normalized for every lifetime before the compiler
// can tell whether that future is `Send`, and a bound such as `'static` in an
// impl of `Exit` then fails ("higher-ranked lifetime error").
#[pin_project(PinnedDrop)]
#[must_use = "futures do nothing unless polled"]
#[derive(Debug)]
pub struct Run<X, F, T> {
    #[pin]
    state: State<T, F>,
    #[pin]
    timer: Timer,
    /// `Some` while running, once the scope has opened, and while closing unless it
    /// was refused or has moved into the result.
    owner: Option<Owner>,
    exit: PhantomData<fn() -> X>,
}

/// ## `Running => (Closing | Done)`, `Closing => Done`, `Refused => Done`
#[pin_project(project = StateRef, project_replace = StateOwn)]
#[derive(Debug)]
enum State<T, F> {
    /// The scope did not open, and the body never begins.
    Refused(ScopeError),
    /// The body is polled in the scope.
    Running(#[pin] F),
    /// The result is there and waits for the scope to end. In a box, for few
    /// scopes have anything to wait for, and a large result would make each
    /// future large.
    Closing(Box<T>),
    Done,
}

impl<X, F, T> Run<X, F, T> {
    /// The scope, while the body is in it.
    pub(crate) fn scope(&self) -> Option<Scope> {
        self.owner.as_ref().map(Owner::scope)
    }
}

#[allow(
    clippy::inline_always,
    reason = "a body is large, and each call moves it"
)]
impl<X: Exit<F::Output>, F: Future> Run<X, F, X::Output> {
    #[inline(always)]
    pub(crate) fn new(owner: Result<Owner, ScopeError>, body: F) -> Self {
        let (state, owner) = match owner {
            Ok(owner) => (State::Running(body), Some(owner)),
            Err(refused) => (State::Refused(refused), None),
        };
        Self::of(state, owner)
    }

    /// With a scope that has yet to [`open`](Self::open).
    #[inline(always)]
    pub(super) fn unopened(body: F) -> Self {
        Self::of(State::Running(body), None)
    }

    /// Gives the body its scope, before the first poll.
    pub(super) fn open(self: Pin<&mut Self>, owner: Result<Owner, ScopeError>) {
        let mut this = self.project();
        match owner {
            Ok(owner) => *this.owner = Some(owner),
            Err(refused) => this.state.set(State::Refused(refused)),
        }
    }

    #[inline(always)]
    fn of(state: State<X::Output, F>, owner: Option<Owner>) -> Self {
        Self {
            state,
            timer: Timer::default(),
            owner,
            exit: PhantomData,
        }
    }
}

impl<X: Exit<F::Output>, F: Future> Future for Run<X, F, X::Output> {
    type Output = X::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<X::Output> {
        let mut this = self.project();
        let mut output = None;
        if let (State::Running(_), Some(owner)) = (&*this.state, &mut *this.owner) {
            let result = match poll_watched(this.state.as_mut(), owner, cx) {
                Poll::Ready(result) => Ok(result),
                Poll::Pending => {
                    let ended = ready!(owner.poll_limits(this.timer.as_mut(), cx));
                    // It may wait for the task whose panic closed the scope, and has then
                    // looked a moment too early: it is to hear of that first.
                    let again = match ended.reason() {
                        Some(CloseReason::Panicked) => poll_watched(this.state.as_mut(), owner, cx),
                        _ => Poll::Pending,
                    };
                    match again {
                        Poll::Ready(result) => Ok(result),
                        Poll::Pending => Err(ended),
                    }
                }
            };
            output = match result {
                Ok(result) => leave::<X, F>(result, this.owner),
                Err(ended) => {
                    let output = X::refuse(ended);
                    owner.enter(|| this.state.set(State::Done));
                    Some(output)
                }
            };
        }
        if let Some(owner) = this.owner {
            if owner.poll_ended(this.timer.as_mut(), cx).is_pending() {
                if let Some(output) = output {
                    this.state.set(State::Closing(Box::new(output)));
                }
                return Poll::Pending;
            }
            *this.owner = None;
        }
        if let Some(output) = output {
            return Poll::Ready(output);
        }
        match this.state.project_replace(State::Done) {
            StateOwn::Closing(output) => Poll::Ready(*output),
            StateOwn::Refused(error) => Poll::Ready(X::refuse(error)),
            // Polled again after it was ready.
            StateOwn::Running(_) | StateOwn::Done => Poll::Pending,
        }
    }
}

#[pinned_drop]
impl<X, F, T> PinnedDrop for Run<X, F, T> {
    fn drop(self: Pin<&mut Self>) {
        struct Dropped<'a, T, F>(Pin<&'a mut State<T, F>>, &'a mut Owner);
        impl<T, F> Drop for Dropped<'_, T, F> {
            fn drop(&mut self) {
                let Self(state, owner) = self;
                owner.enter(|| state.set(State::Done));
            }
        }
        let this = self.project();
        if let Some(owner) = this.owner {
            // Closed before the body is dropped, so that nothing which the
            // drops in there start can be bound any more. Dropped in its scope even
            // if the close panics.
            let dropped = Dropped(this.state, owner);
            dropped.1.close_as_dropped();
        }
    }
}

/// Polls a body in its scope, and drops it there once it is through, as it has
/// dropped its locals. If it panics, its scope closes for that reason on the way
/// out, because whoever drops the future later no longer knows.
fn poll_watched<T, F: Future>(
    mut state: Pin<&mut State<T, F>>,
    owner: &mut Owner,
    cx: &mut Context<'_>,
) -> Poll<F::Output> {
    struct Unwinding<'a>(&'a mut Owner);
    impl Drop for Unwinding<'_> {
        fn drop(&mut self) {
            debug_assert!(thread::panicking());
            self.0.lifecycle().close(CloseReason::Panicked);
        }
    }
    let unwinding = Unwinding(owner);
    let polled = unwinding.0.enter(|| {
        let StateRef::Running(body) = state.as_mut().project() else {
            return Poll::Pending;
        };
        let polled = body.poll(cx);
        if polled.is_ready() {
            state.set(State::Done);
        }
        polled
    });
    mem::forget(unwinding);
    polled
}

/// Closes the scope with the result of its body, unless it moves on into that.
fn leave<X: Exit<F::Output>, F: Future>(
    result: F::Output,
    held: &mut Option<Owner>,
) -> Option<X::Output> {
    let (output, back) = X::leave(result, held.take()?);
    let Some((owner, reason)) = back else {
        return Some(output);
    };
    let scope = held.insert(owner).lifecycle();
    let closed = scope.close(reason);
    Some(match reason {
        // An error that follows the panic of a task is a consequence of it, such as
        // the end of another task.
        CloseReason::Failed if !closed && scope.panic().is_some() => {
            X::refuse(Scope::closed_error(scope))
        }
        _ => output,
    })
}
