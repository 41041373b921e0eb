//! Why a scope ended what was bound to it.

use std::{fmt, panic::Location, time::Duration};

use crate::lifecycle::{CloseReason, Site};

/// A scope ended something, or refused to take it on.
///
/// It converts into a [`tonic::Status`] and, being a standard error, into
/// whatever error type a scoped function returns. It names the scope, the
/// place where it was opened, and the limit that was broken.
#[derive(Clone, Copy, Debug)]
pub struct ScopeError {
    site: Site,
    cause: Cause,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Cause {
    /// The scope closed while the thing was alive, after so long.
    Closed(CloseReason, Duration),
    /// The scope was closed before the thing began.
    Refused(CloseReason),
    /// A call ran longer than its own limit, which was shorter than the scope's.
    CallTimeout(Duration),
    /// A call's response stream stood still for longer than `idle`.
    CallIdle(Duration),
    /// A strict client was called outside any scope.
    Unscoped,
}

impl ScopeError {
    pub(crate) fn new(site: Site, cause: Cause) -> Self {
        Self { site, cause }
    }

    /// Why the scope closed, or would have.
    ///
    /// A call that broke a limit of its own reports that limit's reason, though
    /// the scope lives on. `None` for a strict client outside any scope.
    #[must_use]
    pub fn reason(&self) -> Option<CloseReason> {
        match self.cause {
            Cause::Closed(reason, _) | Cause::Refused(reason) => Some(reason),
            Cause::CallTimeout(_) => Some(CloseReason::DeadlineExceeded),
            Cause::CallIdle(_) => Some(CloseReason::Idle),
            Cause::Unscoped => None,
        }
    }

    /// The name of the scope.
    #[must_use]
    pub fn scope_name(&self) -> &'static str {
        self.site.name()
    }

    /// Where the scope was opened.
    #[must_use]
    pub fn location(&self) -> &'static Location<'static> {
        self.site.location()
    }

    pub(crate) fn cause(&self) -> Cause {
        self.cause
    }
}

impl fmt::Display for ScopeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let site = self.site;
        match self.cause {
            Cause::Closed(CloseReason::DeadlineExceeded, after) => {
                write!(f, "deadline of scope {site} exceeded after {after:.1?}")
            }
            Cause::Closed(CloseReason::Idle, _) => {
                write!(
                    f,
                    "a stream of scope {site} made no progress within its idle limit"
                )
            }
            Cause::Closed(reason, after) => {
                write!(f, "scope {site} closed after {after:.1?}: {reason}")
            }
            Cause::Refused(reason) => {
                write!(
                    f,
                    "scope {site} has closed ({reason}) and takes nothing more"
                )
            }
            Cause::CallTimeout(limit) => {
                write!(
                    f,
                    "a call in scope {site} exceeded its own limit of {limit:.1?}"
                )
            }
            Cause::CallIdle(limit) => {
                write!(
                    f,
                    "a response stream in scope {site} stood still for {limit:.1?}"
                )
            }
            Cause::Unscoped => write!(
                f,
                "a strict client, made at {}, was called outside any scope",
                site.location()
            ),
        }
    }
}

impl std::error::Error for ScopeError {}
