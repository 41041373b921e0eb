use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    thread,
};

use tokio::{runtime::Handle, task::coop};

use super::{Limits, Scope, ambient, begin};
use crate::{
    deadline::{Deadline, LimitSource, Timer},
    error::ScopeError,
    lifecycle::{CloseReason, Lifecycle, Meta, Site},
    monitor,
};

/// The one value whose end is the scope's end.
///
/// It lives in the future that runs the body, and moves on into the stream
/// that the body returned. Dropped, it closes the scope.
#[derive(Debug)]
pub struct Owner {
    /// `None` while [`enter`](Self::enter) has lent it, and with it all of this.
    scope: Option<Scope>,
    wait: Wait,
}

/// What the owner waits for, and how.
///
/// ## `Not => Close => End => GivenUp`, each step left out if there is no need for it
//
// One after the other and not side by side: each scoped future has it in it.
#[derive(Debug)]
enum Wait {
    Not,
    /// For the close: whom both that and the timer wake.
    Close(Waker),
    /// For the end, until then; fixed by the first poll after the close.
    End(Deadline),
    /// What is left has been reported.
    GivenUp,
}

const LENT: &str = "whoever lends it has the owner to itself meanwhile";

impl Owner {
    /// Opens a scope inside the current one.
    ///
    /// `caller` is the deadline that came with the request, if one did.
    ///
    /// # Errors
    ///
    /// The current scope is closed, or there is no time left: the body must
    /// not begin.
    //
    // Inlined, and what it calls is not: so the owner is written where it is to lie.
    #[inline]
    pub(crate) fn open(
        site: Site,
        limits: &Limits,
        caller: Option<Deadline>,
        streaming: bool,
    ) -> Result<Self, ScopeError> {
        let caller = caller.map(|deadline| (deadline, LimitSource::Caller));
        begin::here(site, limits, caller, streaming).map(Self::of)
    }

    #[inline]
    pub(crate) fn open_in(
        parent: Option<&Scope>,
        site: Site,
        limits: &Limits,
        caller: Option<(Deadline, LimitSource)>,
        streaming: bool,
    ) -> Result<Self, ScopeError> {
        begin::within(parent, site, limits, caller, streaming).map(Self::of)
    }

    /// Opens the scope of a server, outside any and without a deadline.
    pub(crate) fn server(site: Site, limits: &Limits) -> Self {
        Self::of(begin::server(site, limits))
    }

    /// Opens the scope of a cleanup of `closed`.
    ///
    /// # Errors
    ///
    /// There is no time left.
    pub(super) fn open_cleanup(meta: Meta, closed: &Arc<Lifecycle>) -> Result<Self, ScopeError> {
        if meta.deadline.is_some_and(Deadline::is_over) {
            return Err(Scope::error(closed, CloseReason::DeadlineExceeded));
        }
        let scope = Lifecycle::open_cleanup(meta, closed);
        scope.map(Self::of).map_err(|_| Scope::refusal(closed))
    }

    #[inline]
    fn of(scope: Arc<Lifecycle>) -> Self {
        Self {
            scope: Some(Scope::of(scope)),
            wait: Wait::Not,
        }
    }

    #[inline]
    pub(crate) fn lifecycle(&self) -> &Arc<Lifecycle> {
        self.handle().lifecycle()
    }

    pub(crate) fn scope(&self) -> Scope {
        self.handle().clone()
    }

    #[inline]
    fn handle(&self) -> &Scope {
        self.scope.as_ref().expect(LENT)
    }

    /// Runs `f` in the scope.
    #[inline]
    pub(super) fn enter<R>(&mut self, f: impl FnOnce() -> R) -> R {
        ambient::lend(&mut self.scope, f)
    }

    /// Ready once the scope has been closed from elsewhere or its deadline has
    /// passed, in which case this closes it.
    ///
    /// The close is looked at first: it has already happened, and the first
    /// reason stays (invariant 1).
    pub(crate) fn poll_limits(
        &mut self,
        timer: Pin<&mut Timer>,
        cx: &mut Context<'_>,
    ) -> Poll<ScopeError> {
        let Self { scope, wait } = self;
        let scope = scope.as_ref().expect(LENT).lifecycle();
        let deadline = scope.meta().deadline;
        if scope.reason().is_none() && wait.is_of(cx) {
            // A body is polled far more often than it moves to another task.
            if !deadline.is_some_and(|deadline| timer.is_past(deadline)) {
                return Poll::Pending;
            }
            scope.close(CloseReason::DeadlineExceeded);
        } else if scope.poll_closed(cx).is_pending() {
            // A timer that is out of budget is not set. The deadline was ahead when the
            // scope opened.
            let sets = coop::has_budget_remaining();
            if !deadline.is_some_and(|deadline| timer.set(deadline, cx).is_ready()) {
                *wait = if sets {
                    Wait::Close(cx.waker().clone())
                } else {
                    Wait::Not
                };
                return Poll::Pending;
            }
            scope.close(CloseReason::DeadlineExceeded);
        }
        Poll::Ready(Scope::closed_error(scope))
    }

    /// Waits until nothing is bound to the closed scope any more, for as long
    /// as its graces allow. What is left then is reported, and stays in the
    /// registry while it lives (invariant 5).
    pub(crate) fn poll_ended(&mut self, timer: Pin<&mut Timer>, cx: &mut Context<'_>) -> Poll<()> {
        if self.lifecycle().poll_ended(cx).is_ready() {
            return Poll::Ready(());
        }
        let patience = match self.wait {
            Wait::Not | Wait::Close(_) => Deadline::after(self.lifecycle().patience()),
            Wait::End(patience) => patience,
            Wait::GivenUp => return Poll::Ready(()),
        };
        self.wait = Wait::End(patience);
        if timer.poll(patience, cx).is_pending() {
            return Poll::Pending;
        }
        self.wait = Wait::GivenUp;
        monitor::report_overdue(self.lifecycle());
        Poll::Ready(())
    }

    /// Closes the scope because its owner goes away, unless it has closed.
    pub(crate) fn close_as_dropped(&self) {
        self.lifecycle().close(if thread::panicking() {
            CloseReason::Panicked
        } else {
            self.lifecycle().reason_if_dropped()
        });
    }
}

impl Wait {
    /// Whether the close and the timer wake this task.
    fn is_of(&self, cx: &Context<'_>) -> bool {
        matches!(self, Self::Close(waker) if waker.will_wake(cx.waker()))
    }
}

/// The drop path: nobody is left to wait, so what can be done at once is done
/// here, and a task looks after the rest.
impl Drop for Owner {
    fn drop(&mut self) {
        if self.lifecycle().has_ended() {
            return;
        }
        self.close_as_dropped();
        if self.lifecycle().has_ended() || matches!(self.wait, Wait::GivenUp) {
            return;
        }
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(watch_over(Arc::clone(self.lifecycle())));
        }
    }
}

/// Reports what a closed scope still holds when its time is over.
pub(crate) async fn watch_over(scope: Arc<Lifecycle>) {
    if tokio::time::timeout(scope.patience(), scope.watch(true))
        .await
        .is_err()
    {
        monitor::report_overdue(&scope);
    }
}
