use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use futures::Stream;

use crate::{
    deadline::Timer,
    error::ScopeError,
    held::Held,
    lifecycle::CloseReason,
    scope::{Owner, Scope},
};

/// A stream that owns its scope.
pub(super) struct Owned<S: Stream> {
    held: Arc<Held<Pin<Box<S>>>>,
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

impl<S: Stream + Send + 'static> Owned<S> {
    pub(super) fn new(stream: Pin<Box<S>>, owner: Owner) -> Self {
        Self {
            held: Held::bind(stream, &owner),
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
            let polled = self.held.with(|stream| stream.as_mut().poll_next(cx));
            let (reason, outcome) = match polled {
                Ok(Poll::Ready(Some(Ok(item)))) => {
                    self.held.yielded();
                    return Poll::Ready(Some(Ok(item)));
                }
                Ok(Poll::Ready(Some(Err(error)))) => (CloseReason::Failed, Some(Err(error))),
                Ok(Poll::Ready(None)) => (CloseReason::Completed, None),
                Ok(Poll::Pending) | Err(_) => {
                    self.held.waits();
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
            State::Live => match self.held.with(|stream| stream.size_hint()) {
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
        self.held.drop_value();
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
