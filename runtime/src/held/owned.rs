use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use super::value::Held;
use crate::{
    deadline::Timer,
    error::ScopeError,
    lifecycle::{CloseReason, Revoked},
    scope::{Owner, Scope},
};

/// What streams messages and owns the scope that they come from.
///
/// The scope closes when the value ends or this is dropped. When it is closed
/// otherwise, the value is dropped there and then, polled or not, and the last
/// message says why.
pub(crate) struct Owned<T, M> {
    held: Arc<Held<T>>,
    state: State<M>,
    /// Only there if the end of the scope has to be waited for.
    timer: Option<Pin<Box<Timer>>>,
    /// Dropped last: its drop closes the scope.
    owner: Owner,
}

/// ## `Live => Closing => Ended`
enum State<M> {
    /// The value is polled in the scope.
    Live,
    /// The last message is there (`None`: a clean end) and waits for the scope
    /// to end.
    Closing(Option<M>),
    Ended,
}

/// What a value yields.
pub(crate) enum Yield<M> {
    Message(M),
    /// The end, with a last message if there is one, and what closes the scope.
    Last(CloseReason, Option<M>),
}

impl<T: Send + 'static, M> Owned<T, M> {
    pub(crate) fn new(value: T, owner: Owner) -> Self {
        Self {
            held: Held::bind(value, &owner),
            state: State::Live,
            timer: None,
            owner,
        }
    }
}

impl<T, M> Owned<T, M> {
    /// Polling order: the value, so that what is ready is delivered; then the
    /// close. The timer is the driver's. A panic drops the value on its way, so that
    /// scopes within see it too.
    pub(crate) fn poll_next(
        &mut self,
        cx: &mut Context<'_>,
        poll: impl FnOnce(&mut T, &mut Context<'_>) -> Poll<Yield<M>>,
        closed: impl FnOnce(ScopeError) -> M,
    ) -> Poll<Option<M>> {
        if let State::Live = self.state {
            let (reason, last) = match self.held.with(|value| poll(value, cx)) {
                Ok(Poll::Ready(Yield::Message(message))) => {
                    self.held.yielded();
                    return Poll::Ready(Some(message));
                }
                Ok(Poll::Ready(Yield::Last(reason, last))) => (reason, last),
                Ok(Poll::Pending) | Err(Revoked) => {
                    self.held.waits();
                    (ready!(self.owner.lifecycle().poll_closed(cx)), None)
                }
            };
            self.close(reason, last, closed);
        }
        if let State::Closing(last) = &mut self.state {
            let timer = self.timer.get_or_insert_with(|| Box::pin(Timer::default()));
            ready!(self.owner.poll_ended(timer.as_mut(), cx));
            let last = last.take();
            self.state = State::Ended;
            return Poll::Ready(last);
        }
        Poll::Ready(None)
    }

    /// Ends it, whatever the value has left.
    pub(crate) fn close(
        &mut self,
        reason: CloseReason,
        last: Option<M>,
        closed: impl FnOnce(ScopeError) -> M,
    ) {
        // An end that follows a close is a consequence of it: a producer
        // that was aborted looks like one that has finished. Only who
        // closes the scope tells how the stream ended (invariants 1 and 9).
        self.state = State::Closing(if self.owner.lifecycle().close(reason) {
            last
        } else {
            Some(closed(Scope::closed_error(self.owner.lifecycle())))
        });
    }

    /// Looks at the value, unless the scope's close has taken it away.
    pub(crate) fn with<R>(&self, look: impl FnOnce(&mut T) -> R) -> Result<R, Revoked> {
        self.held.with(look)
    }

    /// There is nothing left to hand out.
    pub(crate) fn has_ended(&self) -> bool {
        matches!(self.state, State::Ended)
    }

    /// What closed the scope.
    pub(crate) fn reason(&self) -> Option<CloseReason> {
        self.owner.lifecycle().reason()
    }
}

/// The drop path: the scope closes first, so that nothing which the drop of the
/// value starts can be bound any more.
impl<T, M> Drop for Owned<T, M> {
    fn drop(&mut self) {
        self.owner.close_as_dropped();
        self.held.drop_value();
    }
}

/// Nothing here is polled where it lies.
impl<T, M> Unpin for Owned<T, M> {}

impl<T, M> fmt::Debug for Owned<T, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Owned")
            .field("owner", &self.owner)
            .finish_non_exhaustive()
    }
}
