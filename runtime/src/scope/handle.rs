use std::{panic::Location, sync::Arc, time::Duration};

use super::{ScopeBuilder, ambient, cancelled::Cancelled};
use crate::{
    deadline::{Deadline, LimitSource},
    error::{Cause, ScopeError},
    lifecycle::{CloseReason, Lifecycle},
};

/// A handle to a scope.
///
/// It is cheap to clone, and does not keep the scope open: a scope ends with
/// its owner, whoever still has a handle. `#[scoped]` opens one for each call
/// of the function; [`Scope::builder`] opens one by hand.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tonic_scope::{Scope, ScopeError};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), ScopeError> {
/// let answer = Scope::builder("answer")
///     .timeout(Duration::from_secs(1))
///     .run(async {
///         let scope = Scope::current().expect("inside the scope");
///         scope.spawn(std::future::pending::<()>()); // ends with the scope
///         Ok::<_, ScopeError>(42)
///     })
///     .await?;
/// assert_eq!(answer, 42);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Scope {
    lifecycle: Arc<Lifecycle>,
}

impl Scope {
    /// Starts a new scope: a child of the current one, or a root outside any.
    #[track_caller]
    pub fn builder(name: &'static str) -> ScopeBuilder {
        ScopeBuilder::new(name, ambient::current())
    }

    /// The innermost scope of the running task, if it is in one.
    #[must_use]
    pub fn current() -> Option<Self> {
        ambient::current()
    }

    /// Starts a child of this scope.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    /// use tonic_scope::{LimitSource, Scope, ScopeError};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), ScopeError> {
    /// Scope::builder("outer")
    ///     .timeout(Duration::from_secs(1))
    ///     .run(async {
    ///         let outer = Scope::current().expect("inside the scope");
    ///         let inner = outer.child("inner").timeout(Duration::from_secs(5));
    ///         inner
    ///             .run(async {
    ///                 // A child's deadline is never later than its parent's.
    ///                 let inner = Scope::current().expect("inside the scope");
    ///                 assert_eq!(inner.limit_source(), Some(LimitSource::Parent));
    ///                 Ok(())
    ///             })
    ///             .await
    ///     })
    ///     .await
    /// # }
    /// ```
    #[track_caller]
    pub fn child(&self, name: &'static str) -> ScopeBuilder {
        ScopeBuilder::new(name, Some(self.clone()))
    }

    /// The scope's name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.lifecycle.meta().site.name()
    }

    /// Where the scope was opened.
    #[must_use]
    pub fn location(&self) -> &'static Location<'static> {
        self.lifecycle.meta().site.location()
    }

    /// The point in time at which the scope will be closed, if there is one.
    #[must_use]
    pub fn deadline(&self) -> Option<Deadline> {
        self.lifecycle.meta().deadline
    }

    /// The time left until the deadline; `None` without one, zero once it has
    /// passed.
    #[must_use]
    pub fn remaining(&self) -> Option<Duration> {
        self.deadline().map(Deadline::remaining)
    }

    /// Which limit set the deadline; `None` without one.
    #[must_use]
    pub fn limit_source(&self) -> Option<LimitSource> {
        self.lifecycle.limit().map(|(source, _)| source)
    }

    /// Why the scope closed; `None` while it is open.
    #[must_use]
    pub fn close_reason(&self) -> Option<CloseReason> {
        self.lifecycle.reason()
    }

    /// Whether it is still worth starting the next stage of the work.
    ///
    /// # Errors
    ///
    /// The scope is closed, or its deadline has passed.
    ///
    /// # Examples
    ///
    /// ```
    /// use tonic_scope::{Scope, ScopeError};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), ScopeError> {
    /// let closed = Scope::builder("report")
    ///     .run(async {
    ///         let scope = Scope::current().expect("inside the scope");
    ///         scope.check()?;
    ///         // ... the next, expensive stage.
    ///         Ok::<_, ScopeError>(scope)
    ///     })
    ///     .await?;
    /// assert!(closed.check().is_err());
    /// # Ok(())
    /// # }
    /// ```
    pub fn check(&self) -> Result<(), ScopeError> {
        if self.lifecycle.reason().is_some() {
            return Err(Self::closed_error(&self.lifecycle));
        }
        match self.deadline() {
            Some(deadline) if deadline.is_over() => {
                Err(Self::error(&self.lifecycle, CloseReason::DeadlineExceeded))
            }
            _ => Ok(()),
        }
    }

    /// Closes the scope now, with [`CloseReason::Cancelled`], and ends all that
    /// is bound to it. Once it is closed this does nothing.
    ///
    /// It does not wait: await [`ended`](Self::ended) for that.
    ///
    /// # Examples
    ///
    /// ```
    /// use tonic_scope::{CloseReason, Scope, ScopeError};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let (here, scope) = tokio::sync::oneshot::channel();
    /// let batch = tokio::spawn(Scope::builder("batch").run(async move {
    ///     let _ = here.send(Scope::current().expect("inside the scope"));
    ///     std::future::pending::<Result<(), ScopeError>>().await
    /// }));
    ///
    /// let scope = scope.await.expect("the batch has begun");
    /// assert_eq!(scope.name(), "batch");
    /// assert_eq!(scope.location().file(), file!());
    /// scope.cancel();
    /// assert_eq!(scope.ended().await, CloseReason::Cancelled);
    /// assert_eq!(scope.close_reason(), Some(CloseReason::Cancelled));
    ///
    /// let error = batch.await.expect("it did not panic").unwrap_err();
    /// assert_eq!(error.reason(), Some(CloseReason::Cancelled));
    /// # }
    /// ```
    pub fn cancel(&self) {
        self.lifecycle.close(CloseReason::Cancelled);
    }

    /// Waits until the scope is closed, and tells why.
    ///
    /// A task of the scope that has once waited for this, in itself, is not
    /// aborted by the close: it has the scope's `grace` to finish, and is aborted
    /// then. The same goes for a future [brought into](crate::FutureExt::in_scope)
    /// the scope. In a nested scope, waiting for the end of one around it counts.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future forgets the wait and nothing else.
    ///
    /// # Examples
    ///
    /// ```
    /// use tonic_scope::{Scope, ScopeError};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), ScopeError> {
    /// # let (flushed, was_flushed) = tokio::sync::oneshot::channel();
    /// let run = Scope::builder("batch").run(async {
    ///     let scope = Scope::current().expect("inside the scope");
    ///     let closed = scope.cancelled();
    ///     scope.spawn(async {
    ///         closed.await;
    ///         // ... write what is left, within the scope's grace.
    /// #       flushed.send(()).unwrap();
    ///     });
    /// #   tokio::task::yield_now().await;
    ///     Ok::<_, ScopeError>(())
    /// });
    /// run.await?;
    /// # was_flushed.await.unwrap();
    /// # Ok(())
    /// # }
    /// ```
    pub fn cancelled(&self) -> impl Future<Output = CloseReason> + Send + Sync + use<> {
        Cancelled::new(&self.lifecycle)
    }

    /// Waits until the scope is closed and nothing is bound to it any more.
    ///
    /// Awaited inside the scope's own body it would wait for itself.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future forgets the wait and nothing else.
    pub fn ended(&self) -> impl Future<Output = CloseReason> + Send + Sync + use<> {
        self.lifecycle.watch(true)
    }

    pub(crate) fn of(lifecycle: Arc<Lifecycle>) -> Self {
        Self { lifecycle }
    }

    pub(crate) fn lifecycle(&self) -> &Arc<Lifecycle> {
        &self.lifecycle
    }

    pub(crate) fn error(lifecycle: &Lifecycle, reason: CloseReason) -> ScopeError {
        let meta = lifecycle.meta();
        let cause = match lifecycle.stood_still() {
            Some((idle, of)) => Cause::Idle(idle, of),
            None => Cause::Closed(reason, lifecycle.limit()),
        };
        ScopeError::new(meta.site, cause, meta.opened.elapsed())
    }

    /// The error for what a closed scope has ended.
    pub(crate) fn closed_error(lifecycle: &Lifecycle) -> ScopeError {
        let reason = lifecycle.reason().unwrap_or(CloseReason::Cancelled);
        Self::error(lifecycle, reason)
            .during(lifecycle.ended_in_flight())
            .of_task(lifecycle.panic())
    }

    /// The error for what comes too late.
    pub(crate) fn refusal(lifecycle: &Lifecycle) -> ScopeError {
        let meta = lifecycle.meta();
        let reason = lifecycle.reason().unwrap_or(CloseReason::Cancelled);
        ScopeError::new(meta.site, Cause::Refused(reason), meta.opened.elapsed())
    }
}
