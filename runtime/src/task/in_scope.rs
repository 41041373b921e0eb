use std::{
    fmt,
    panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind},
    pin::Pin,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use futures::task::AtomicWaker;
use tokio::time::Instant;

use super::panicked;
use crate::{
    error::ScopeError,
    lifecycle::{About, BondKind, CloseReason, End, Ending, GuardSlot, Lifecycle, Revocable},
    scope::{Scope, Work, ambient, on_runtime},
};

/// A future in a scope, whoever polls it; see
/// [`FutureExt::in_scope`](crate::FutureExt::in_scope).
///
/// # Cancel safety
///
/// Dropping it drops the future, in the scope.
#[must_use = "futures do nothing unless polled"]
pub struct InScope<F: Future + Send + 'static> {
    state: State<F>,
}

/// ## `(Free | Bound | Refused) => Done`
enum State<F: Future + Send + 'static> {
    /// Outside any scope.
    Free(Pin<Box<F>>),
    Bound(Arc<Inner<F>>),
    Refused(ScopeError),
    Done,
}

/// The future, where the close can reach it.
struct Inner<F> {
    scope: Scope,
    place: &'static Location<'static>,
    made: Instant,
    future: Revocable<Pin<Box<F>>>,
    guard: GuardSlot,
    /// Whoever polls it.
    poller: AtomicWaker,
    /// It has waited for the end of its scope: it will see the close itself.
    listens: AtomicBool,
}

impl<F: Future + Send + 'static> InScope<F> {
    pub(crate) fn new(future: F, scope: Option<&Scope>, place: &'static Location<'static>) -> Self {
        let future = Box::pin(future);
        let state = match scope {
            Some(scope) => Self::bind(future, scope, place),
            None => State::Free(future),
        };
        Self { state }
    }

    fn bind(future: Pin<Box<F>>, scope: &Scope, place: &'static Location<'static>) -> State<F> {
        let inner = Arc::new(Inner {
            scope: scope.clone(),
            place,
            made: Instant::now(),
            future: Revocable::new(future),
            guard: GuardSlot::new(),
            poller: AtomicWaker::new(),
            listens: AtomicBool::new(false),
        });
        let end: Weak<Inner<F>> = Arc::downgrade(&inner);
        match scope.lifecycle().bind(BondKind::Task, place, end) {
            Ok(guard) => {
                inner.guard.hold(guard);
                State::Bound(inner)
            }
            Err(_) => State::Refused(Scope::refusal(scope.lifecycle())),
        }
    }
}

impl<F: Future + Send + 'static> Future for InScope<F> {
    type Output = Result<F::Output, ScopeError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let polled = match &mut self.state {
            State::Free(future) => future.as_mut().poll(cx).map(Ok),
            State::Bound(inner) => Inner::poll(inner, cx),
            State::Refused(error) => Poll::Ready(Err(error.clone())),
            State::Done => Poll::Pending,
        };
        if polled.is_ready() {
            self.state = State::Done;
        }
        polled
    }
}

impl<F: Future + Send + 'static> Inner<F> {
    fn poll(self: &Arc<Self>, cx: &mut Context<'_>) -> Poll<Result<F::Output, ScopeError>> {
        // Registered before the look: an end after the look wakes us.
        self.poller.register(cx.waker());
        let work = Arc::clone(self) as Arc<dyn Work>;
        let polled = catch_unwind(AssertUnwindSafe(|| {
            ambient::enter_working(work, &self.scope, || {
                self.future.with(|future| future.as_mut().poll(cx))
            })
        }));
        match polled {
            Ok(Ok(polled)) => polled.map(Ok),
            Ok(Err(_revoked)) => Poll::Ready(Err(Scope::closed_error(self.scope.lifecycle()))),
            Err(payload) => {
                let scope = self.scope.lifecycle();
                panicked::note(scope, self.place, &*payload);
                scope.close(CloseReason::Panicked);
                resume_unwind(payload)
            }
        }
    }
}

impl<F> Inner<F> {
    /// Drops the future, in its scope.
    fn drop_future(&self) {
        if let Some(future) = self.future.revoke() {
            ambient::enter(&self.scope, || drop(future));
        }
        self.guard.release();
    }
}

impl<F: Send> End for Inner<F> {
    fn end(&self, _: CloseReason) -> Ending {
        if self.listens.load(Ordering::Relaxed) {
            return Ending::Asked;
        }
        self.insist();
        Ending::Done
    }

    fn insist(&self) {
        self.drop_future();
        self.poller.wake();
    }

    fn about(&self) -> About {
        About {
            since: Some(self.made),
            ..About::default()
        }
    }
}

impl<F: Send> Work for Inner<F> {
    fn listen(&self, watched: &Arc<Lifecycle>) {
        let scope = self.scope.lifecycle();
        // Relaxed: as for a task.
        if watched.contains(scope) && scope.allow_time(&on_runtime()).is_ok() {
            self.listens.store(true, Ordering::Relaxed);
        }
    }
}

impl<F: Future + Send + 'static> Drop for State<F> {
    fn drop(&mut self) {
        if let Self::Bound(inner) = self {
            inner.drop_future();
        }
    }
}

impl<F: Future + Send + 'static> fmt::Debug for InScope<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scope = match &self.state {
            State::Bound(inner) => Some(inner.scope.name()),
            _ => None,
        };
        f.debug_struct("InScope")
            .field("scope", &scope)
            .finish_non_exhaustive()
    }
}
