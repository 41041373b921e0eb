//! Why a scope ended what was bound to it.

use std::{fmt, panic::Location, time::Duration};

use crate::{
    deadline::LimitSource,
    lifecycle::{CloseReason, InFlight, Phase, Site, TaskPanic},
};

/// A scope ended something, or refused to take it on.
///
/// It converts into a [`tonic::Status`] and, being a standard error, into
/// whatever error type a scoped function returns. It names the scope and the
/// place where it was opened; where a limit was broken it says which, after how
/// long, and what was under way.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tonic_scope::{CloseReason, LimitSource, Phase, Scope, ScopeError};
///
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// let error = Scope::builder("answer")
///     .timeout(Duration::from_secs(2))
///     .run(std::future::pending::<Result<(), ScopeError>>())
///     .await
///     .unwrap_err();
/// assert_eq!(error.reason(), Some(CloseReason::DeadlineExceeded));
/// assert_eq!(error.limit_source(), Some(LimitSource::Timeout));
/// assert_eq!(error.phase(), Some(Phase::Handler));
/// assert_eq!(error.elapsed(), Duration::from_secs(2));
/// assert_eq!(error.in_flight(), None); // no call was under way
/// assert_eq!(error.scope_name(), "answer");
/// assert_eq!(error.location().file(), file!());
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ScopeError(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    site: Site,
    cause: Cause,
    elapsed: Duration,
    during: Option<InFlight>,
    task: Option<TaskPanic>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Cause {
    /// The scope closed while the thing was alive. Its deadline, if it has one,
    /// was set by this, and there.
    Closed(CloseReason, Option<(LimitSource, Site)>),
    /// The scope closed because the streams of this one, which may be around it, stood
    /// still for longer than its `idle`.
    Idle(Duration, Site),
    /// The scope was closed before the thing began.
    Refused(CloseReason),
    /// A call ran longer than a limit of its own, which was shorter than the
    /// scope's.
    CallTimeout(LimitSource, Duration),
    /// A call's streams stood still for longer than `idle`.
    CallIdle(Duration),
    /// A strict client was called outside any scope.
    Unscoped,
    /// Something was to be bound outside any scope.
    Outside,
}

impl ScopeError {
    pub(crate) fn new(site: Site, cause: Cause, elapsed: Duration) -> Self {
        Self(Box::new(Inner {
            site,
            cause,
            elapsed,
            during: None,
            task: None,
        }))
    }

    /// There is no scope at the caller's place.
    #[track_caller]
    pub(crate) fn outside() -> Self {
        Self::new(Site::new("none"), Cause::Outside, Duration::ZERO)
    }

    /// Adds what was under way.
    pub(crate) fn during(mut self, during: Option<InFlight>) -> Self {
        self.0.during = during;
        self
    }

    /// Adds the task whose panic closed the scope.
    pub(crate) fn of_task(mut self, task: Option<TaskPanic>) -> Self {
        self.0.task = task;
        self
    }

    /// Why the scope closed, or would have.
    ///
    /// A call that broke a limit of its own reports that limit's reason, though
    /// the scope lives on. `None` outside any scope.
    #[must_use]
    pub fn reason(&self) -> Option<CloseReason> {
        match self.0.cause {
            Cause::Closed(reason, _) | Cause::Refused(reason) => Some(reason),
            Cause::CallTimeout(..) => Some(CloseReason::DeadlineExceeded),
            Cause::Idle(..) | Cause::CallIdle(_) => Some(CloseReason::Idle),
            Cause::Unscoped | Cause::Outside => None,
        }
    }

    /// Which limit was broken, where one was: of all that held, the tightest.
    #[must_use]
    pub fn limit_source(&self) -> Option<LimitSource> {
        match self.0.cause {
            Cause::Closed(CloseReason::DeadlineExceeded, limit) => limit.map(|limit| limit.0),
            Cause::CallTimeout(source, _) => Some(source),
            Cause::Idle(..) | Cause::CallIdle(_) => Some(LimitSource::Idle),
            Cause::Closed(..) | Cause::Refused(_) | Cause::Unscoped | Cause::Outside => None,
        }
    }

    /// How far the work had come when the limit was broken: that of the call in
    /// flight, where there was one.
    ///
    /// Where several were, it is one of them.
    #[must_use]
    pub fn phase(&self) -> Option<Phase> {
        self.limit_source()?;
        Some((self.0.during.as_ref()).map_or(Phase::Handler, |call| call.phase))
    }

    /// The call in flight when the limit was broken, by the path of its method
    /// (`/package.Service/Method`), or the address that was being connected to.
    #[must_use]
    pub fn in_flight(&self) -> Option<&str> {
        self.0.during.as_ref().map(|call| &*call.target)
    }

    /// How long the call that broke its limit, or else the scope, had been
    /// there.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// The name of the scope.
    #[must_use]
    pub fn scope_name(&self) -> &'static str {
        self.0.site.name()
    }

    /// Where the scope was opened.
    #[must_use]
    pub fn location(&self) -> &'static Location<'static> {
        self.0.site.location()
    }

    pub(crate) fn cause(&self) -> Cause {
        self.0.cause
    }
}

impl fmt::Display for ScopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            site,
            cause,
            elapsed,
            during,
            task,
        } = &*self.0;
        match cause {
            Cause::Closed(CloseReason::DeadlineExceeded, limit) => {
                write!(f, "deadline of scope {site} exceeded after {elapsed:.1?}")?;
                match limit {
                    Some((LimitSource::Parent, origin)) => write!(f, ", set by scope {origin}")?,
                    Some((source, _)) => write!(f, ", set by {source}")?,
                    None => {}
                }
            }
            Cause::Idle(limit, of) if of == site => {
                write!(
                    f,
                    "the streams of scope {site} stood still for its `idle` limit of {limit:.1?}"
                )?;
            }
            Cause::Idle(limit, of) => {
                write!(
                    f,
                    "scope {site} closed after {elapsed:.1?}: \
                     the streams of scope {of} stood still for its `idle` limit of {limit:.1?}"
                )?;
            }
            Cause::Closed(reason, _) => {
                write!(f, "scope {site} closed after {elapsed:.1?}: {reason}")?;
            }
            Cause::Refused(reason) => {
                write!(
                    f,
                    "scope {site} has closed ({reason}) and takes nothing more"
                )?;
            }
            Cause::CallTimeout(source, limit) => {
                write!(
                    f,
                    "a call in scope {site} exceeded its limit of {limit:.1?}, set by {source}"
                )?;
            }
            Cause::CallIdle(limit) => {
                write!(
                    f,
                    "the streams of a call in scope {site} stood still for {limit:.1?}"
                )?;
            }
            Cause::Unscoped => write!(
                f,
                "a strict client, made at {}, was called outside any scope",
                site.location()
            )?,
            Cause::Outside => write!(f, "there is no scope at {}", site.location())?,
        }
        if let Some(task) = task {
            write!(
                f,
                ", because the task spawned at {} panicked: {}",
                task.place, task.message
            )?;
        }
        match during {
            Some(call) => write!(f, "; {} was {}", call.target, call.phase),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ScopeError {}
