use std::{
    panic::Location,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use pin_project::pin_project;
use tokio::task::futures::TaskLocalFuture;

use super::limits::{Limits, Said, within};
use crate::{
    deadline::{Deadline, LimitSource, Timer},
    error::{Cause, ScopeError},
    lifecycle::Site,
    scope::{Exit, Fallible, Scope, Value},
    task::InScope,
};

/// What a scope adds to any future.
pub trait FutureExt: Future + Sized {
    /// Limits the calls that this future makes, and the future itself.
    ///
    /// On a gRPC call the limits are the call's: the peer is told, the response
    /// stream is included. Any other future that yields a `Result` is ended
    /// when `timeout`, counted from here, is over.
    ///
    /// # Cancel safety
    ///
    /// That of the future: dropping it drops that.
    ///
    /// # Errors
    ///
    /// Those of the future, and a [`ScopeError`] when it ran out of time.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tonic_scope::{CloseReason, FutureExt as _, Limits, ScopeError};
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let never = std::future::pending::<Result<(), ScopeError>>();
    /// let error = never.limited(Limits::timeout(Duration::from_millis(50))).await.unwrap_err();
    /// assert_eq!(error.reason(), Some(CloseReason::DeadlineExceeded));
    /// # }
    /// ```
    #[track_caller]
    fn limited(self, limits: Limits) -> Limited<Self> {
        Limited {
            future: within(limits, self),
            timer: Timer::default(),
            timeout: limits
                .timeout
                .map(|timeout| (Deadline::after(timeout), timeout)),
            site: Site::new("call"),
        }
    }

    /// Brings this future into the current scope, whoever polls it; see
    /// [`in_scope`](Self::in_scope). Outside any scope it runs as it is.
    ///
    /// # Examples
    ///
    /// ```
    /// use tonic_scope::{FutureExt as _, ScopeError};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), ScopeError> {
    /// let task = tokio::spawn(async { 7 }.in_current_scope());
    /// assert_eq!(task.await.expect("it did not panic")?, 7);
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    fn in_current_scope(self) -> InScope<Self>
    where
        Self: Send + 'static,
    {
        InScope::new(self, Scope::current().as_ref(), Location::caller())
    }

    /// Brings this future into `scope`, whoever polls it: for tasks made by hand,
    /// as with tokio's `JoinSet`, and for futures that are sent to other tasks.
    ///
    /// It is polled in the scope, and is bound to it from here on, polled or not:
    /// when the scope closes it is dropped, wherever it is, unless it has [waited
    /// for that](Scope::cancelled) and is given time. A panic in it ends the scope.
    ///
    /// # Cancel safety
    ///
    /// Dropping it drops the future.
    ///
    /// # Errors
    ///
    /// The scope has closed, and the future was dropped.
    ///
    /// # Examples
    ///
    /// ```
    /// use tokio::task::JoinSet;
    /// use tonic_scope::{CloseReason, FutureExt as _, Scope, ScopeError};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), ScopeError> {
    /// let mut set = JoinSet::new();
    /// Scope::builder("batch")
    ///     .run(async {
    ///         let scope = Scope::current().expect("inside the scope");
    ///         set.spawn(std::future::pending::<()>().in_scope(&scope));
    ///         Ok::<_, ScopeError>(())
    ///     })
    ///     .await?;
    /// let ended = set.join_next().await.unwrap().unwrap().unwrap_err();
    /// assert_eq!(ended.reason(), Some(CloseReason::Completed));
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    fn in_scope(self, scope: &Scope) -> InScope<Self>
    where
        Self: Send + 'static,
    {
        InScope::new(self, Some(scope), Location::caller())
    }
}

impl<F: Future> FutureExt for F {}

/// A future under limits of its own; see [`FutureExt::limited`].
///
/// Polling order: the future, so that a result that is there wins, and a call
/// tells of its own deadline; then the timer.
///
/// # Cancel safety
///
/// Dropping it drops the future; the peer of a call sees a reset.
#[pin_project]
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Limited<F> {
    #[pin]
    future: TaskLocalFuture<Said, F>,
    #[pin]
    timer: Timer,
    timeout: Option<(Deadline, Duration)>,
    site: Site,
}

impl<F> Future for Limited<F>
where
    F: Future<Output: Limitable>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        if let Poll::Ready(output) = this.future.poll(cx) {
            return Poll::Ready(output);
        }
        let Some((deadline, timeout)) = *this.timeout else {
            return Poll::Pending;
        };
        ready!(this.timer.poll(deadline, cx));
        // Named after the scope where there is one, as the call's own error is.
        let site = Scope::current().map_or(*this.site, |scope| scope.lifecycle().meta().site);
        let cause = Cause::CallTimeout(LimitSource::Call, timeout);
        Poll::Ready(Value::refuse(ScopeError::new(site, cause, timeout)))
    }
}

/// What a future under limits yields.
///
/// On its own, so that a future which cannot be limited is told in these words,
/// and told once: where it is awaited.
#[diagnostic::on_unimplemented(
    message = "a future of `{Self}` cannot be limited",
    label = "cannot say that its time is over",
    note = "a call that runs out of time answers with an error: let the future yield a \
            `Result<_, E>` where `E: From<tonic_scope::ScopeError>`, as every gRPC call does, or \
            use `tokio::time::timeout`"
)]
pub trait Limitable: Fallible {}

#[diagnostic::do_not_recommend]
impl<T: Fallible> Limitable for T {}
