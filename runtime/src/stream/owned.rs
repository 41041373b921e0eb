use std::{
    fmt,
    pin::Pin,
    sync::{Arc, Weak},
    task::{Context, Poll, ready},
};

use futures::Stream;

use super::{driver, progress::Progress};
use crate::{
    deadline::Timer,
    error::ScopeError,
    lifecycle::{BondKind, CloseReason, End, GuardSlot, Revocable},
    scope::{Owner, Scope, ambient},
};

/// A stream that owns its scope.
pub(super) struct Owned<S: Stream> {
    inner: Arc<Inner<S>>,
    progress: Arc<Progress>,
    state: State<S::Item>,
    /// Only there if the end of the scope has to be waited for.
    timer: Option<Pin<Box<Timer>>>,
    /// Dropped last: its drop closes the scope.
    owner: Owner,
}

/// ## `Live => Closing => Ended`
enum State<T> {
    /// The user's stream is polled in the scope.
    Live,
    /// The outcome is there (`None`: a clean end) and waits for the scope to
    /// end.
    Closing(Option<T>),
    Ended,
}

/// The user's stream, where the close can reach it.
struct Inner<S> {
    scope: Scope,
    stream: Revocable<Pin<Box<S>>>,
    guard: GuardSlot,
}

impl<S: Stream + Send + 'static> Owned<S> {
    pub(super) fn new(stream: Pin<Box<S>>, owner: Owner) -> Self {
        let scope = owner.scope();
        let progress = Arc::new(Progress::new());
        let inner = Arc::new(Inner {
            scope: scope.clone(),
            stream: Revocable::new(stream),
            guard: GuardSlot::new(),
        });
        let end: Weak<Inner<S>> = Arc::downgrade(&inner);
        match scope
            .lifecycle()
            .bind(BondKind::Stream, scope.location(), end)
        {
            Ok(guard) => {
                inner.guard.hold(guard);
                driver::start(scope.lifecycle(), &progress);
            }
            // Invariant 2: the scope closed while the handler returned.
            Err(closed) => inner.end(closed.0),
        }
        Self {
            inner,
            progress,
            state: State::Live,
            timer: None,
            owner,
        }
    }
}

impl<S, T, E> Owned<S>
where
    S: Stream<Item = Result<T, E>> + Send + 'static,
    E: From<ScopeError>,
{
    /// Polling order: the user's stream, so that what is ready is delivered;
    /// then the close. The timer is the driver's.
    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, E>>> {
        if let State::Live = self.state {
            let polled = ambient::enter(&self.inner.scope, || {
                self.inner
                    .stream
                    .with(|stream| stream.as_mut().poll_next(cx))
            });
            let (reason, outcome) = match polled {
                Ok(Poll::Ready(Some(Ok(item)))) => {
                    self.progress.record();
                    return Poll::Ready(Some(Ok(item)));
                }
                Ok(Poll::Ready(Some(Err(error)))) => (CloseReason::Failed, Some(Err(error))),
                Ok(Poll::Ready(None)) => (CloseReason::Completed, None),
                Ok(Poll::Pending) | Err(_) => {
                    (ready!(self.owner.lifecycle().poll_closed(cx)), None)
                }
            };
            // An end that follows a close is a consequence of it: a producer
            // that was aborted looks like one that has finished. Only who
            // closes the scope tells how the stream ended (invariants 1 and 9).
            self.state = State::Closing(if self.owner.lifecycle().close(reason) {
                outcome
            } else {
                Some(Err(Scope::closed_error(self.owner.lifecycle()).into()))
            });
            self.inner.end(reason);
        }
        if let State::Closing(outcome) = &mut self.state {
            let timer = self.timer.get_or_insert_with(|| Box::pin(Timer::default()));
            ready!(self.owner.poll_ended(timer.as_mut(), cx));
            let outcome = outcome.take();
            self.state = State::Ended;
            return Poll::Ready(outcome);
        }
        Poll::Ready(None)
    }

    pub(super) fn size_hint(&self) -> (usize, Option<usize>) {
        match self.state {
            // One more than the stream's own, for an error of ours.
            State::Live => match self.inner.stream.with(|stream| stream.size_hint()) {
                Ok((_, Some(most))) => (0, most.checked_add(1)),
                Ok((_, None)) => (0, None),
                Err(_) => (1, Some(1)),
            },
            State::Closing(_) => (0, Some(1)),
            State::Ended => (0, Some(0)),
        }
    }
}

/// The drop path: the scope closes first, so that nothing which the drop of the
/// user's stream starts can be bound any more.
impl<S: Stream> Drop for Owned<S> {
    fn drop(&mut self) {
        self.owner.close_as_dropped();
        self.inner.drop_stream();
    }
}

impl<S> Inner<S> {
    fn drop_stream(&self) {
        if let Some(stream) = self.stream.revoke() {
            ambient::enter(&self.scope, || drop(stream));
        }
        self.guard.release();
    }
}

impl<S: Send> End for Inner<S> {
    fn end(&self, _: CloseReason) {
        self.drop_stream();
    }
}

/// The user's stream has a pin of its own.
impl<S: Stream> Unpin for Owned<S> {}

impl<S: Stream> fmt::Debug for Owned<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Owned")
            .field("owner", &self.owner)
            .finish_non_exhaustive()
    }
}
