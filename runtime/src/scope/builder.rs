use std::time::Duration;

use super::{Exit, Limits, Owner, Run, Scope, Value};
use crate::{
    deadline::{Deadline, LimitSource},
    lifecycle::Site,
};

/// Opens a scope by hand.
///
/// What is not said is as in an annotated function: the timeout is the process
/// default, and the parent's deadline counts.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tonic_scope::{Deadline, LimitSource, Scope, ScopeError};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), ScopeError> {
/// let source = Scope::builder("refresh")
///     .timeout(Duration::from_secs(2))
///     .deadline(Deadline::after(Duration::from_secs(1))) // the earlier one counts
///     .call_timeout(Duration::from_millis(500))
///     .idle(Duration::from_millis(800))
///     .reserve(Duration::from_millis(20))
///     .grace(Duration::from_millis(200))
///     .run(async { Ok::<_, ScopeError>(Scope::current().and_then(|scope| scope.limit_source())) })
///     .await?;
/// assert_eq!(source, Some(LimitSource::Caller));
///
/// let unlimited = Scope::builder("job").no_timeout();
/// let deadline = unlimited.run(async { Ok::<_, ScopeError>(tonic_scope::deadline()) }).await?;
/// assert_eq!(deadline, None);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a scope opens when its builder runs a body"]
pub struct ScopeBuilder {
    site: Site,
    parent: Option<Scope>,
    limits: Limits,
    deadline: Option<Deadline>,
}

impl ScopeBuilder {
    #[track_caller]
    pub(super) fn new(name: &'static str, parent: Option<Scope>) -> Self {
        Self {
            site: Site::new(name),
            parent,
            limits: Limits::new(),
            deadline: None,
        }
    }

    /// The limit in all, counted from [`run`](Self::run).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits = self.limits.timeout(timeout);
        self
    }

    /// No limit but what is inherited.
    pub fn no_timeout(mut self) -> Self {
        self.limits = self.limits.no_timeout();
        self
    }

    /// A deadline that somebody else has set; the earliest one counts.
    pub fn deadline(mut self, deadline: Deadline) -> Self {
        self.deadline = Deadline::earliest(self.deadline, Some(deadline));
        self
    }

    /// The default limit of each call made in the scope.
    pub fn call_timeout(mut self, timeout: Duration) -> Self {
        self.limits = self.limits.call_timeout(timeout);
        self
    }

    /// The longest gap between two messages of a stream.
    pub fn idle(mut self, idle: Duration) -> Self {
        self.limits = self.limits.idle(idle);
        self
    }

    /// Keeps time back from what the peers of the scope's calls are told, so
    /// that an answer that is just in time for them still gets home. It never
    /// takes more than half of what there is.
    pub fn reserve(mut self, reserve: Duration) -> Self {
        self.limits = self.limits.reserve(reserve);
        self
    }

    /// How long tasks that listen to the close may take to finish, cleanups to run,
    /// and what was ended to be gone, one after the other; 100 ms unless said.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.limits = self.limits.grace(grace);
        self
    }

    /// Runs `body` in the scope, which closes with it.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future closes the scope: the body is dropped, and all that
    /// was bound to the scope is ended.
    ///
    /// # Errors
    ///
    /// Those of the body; and a [`ScopeError`](crate::ScopeError) when the scope
    /// is ended from outside, or cannot open because its parent is closed or no
    /// time is left.
    pub fn run<F>(self, body: F) -> impl Future<Output = F::Output>
    where
        F: Future,
        Value: Exit<F::Output, Output = F::Output>,
    {
        let owner = Owner::open_in(
            self.parent.as_ref(),
            self.site,
            &self.limits,
            self.deadline
                .map(|deadline| (deadline, LimitSource::Caller)),
            false,
        );
        Run::<Value, F, _>::new(owner, body)
    }
}
