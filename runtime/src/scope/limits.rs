use std::{error::Error, fmt, sync::OnceLock, time::Duration};

use crate::deadline::{Brief, LimitSource};

/// The limits of a scope, as they are written.
///
/// A const, by-value builder, so that those of an annotated function are part
/// of its code.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Limits {
    pub(crate) timeout: Timeout,
    pub(crate) call_timeout: Option<Brief>,
    pub(crate) idle: Option<Brief>,
    pub(crate) reserve: Option<Brief>,
    pub(crate) inherit: bool,
    pub(crate) grace: Brief,
}

/// A scope's own limit in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Timeout {
    /// Nothing was said: the process default; for a stream with `idle`, none.
    Unsaid,
    /// `none`: only what is inherited counts.
    Inherited,
    Of(Duration),
}

impl Limits {
    /// No limit said.
    pub const fn new() -> Self {
        Self {
            timeout: Timeout::Unsaid,
            call_timeout: None,
            idle: None,
            reserve: None,
            inherit: true,
            grace: Brief::of(Duration::from_millis(100)),
        }
    }

    /// From entry to the end of the returned stream.
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Timeout::Of(timeout);
        self
    }

    /// Only what is inherited limits the scope.
    pub const fn no_timeout(mut self) -> Self {
        self.timeout = Timeout::Inherited;
        self
    }

    /// For each call made in the scope.
    pub const fn call_timeout(mut self, timeout: Duration) -> Self {
        self.call_timeout = Some(Brief::of(timeout));
        self
    }

    /// Between two messages of a stream.
    pub const fn idle(mut self, idle: Duration) -> Self {
        self.idle = Some(Brief::of(idle));
        self
    }

    /// Kept back from what is passed downstream.
    pub const fn reserve(mut self, reserve: Duration) -> Self {
        self.reserve = Some(Brief::of(reserve));
        self
    }

    /// Whether the caller's and the parent's deadlines count.
    pub const fn inherit(mut self, inherit: bool) -> Self {
        self.inherit = inherit;
        self
    }

    /// How long each step of a close may take.
    pub const fn grace(mut self, grace: Duration) -> Self {
        self.grace = Brief::of(grace);
        self
    }

    /// The scope's own timeout, for one that returns a stream or does not.
    pub(crate) fn own_timeout(&self, streaming: bool) -> Option<(Duration, LimitSource)> {
        match self.timeout {
            Timeout::Of(timeout) => Some((timeout, LimitSource::Timeout)),
            Timeout::Unsaid if !(streaming && self.idle.is_some()) => {
                Some((default_timeout(), LimitSource::Default))
            }
            Timeout::Unsaid | Timeout::Inherited => None,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new()
    }
}

static DEFAULT_TIMEOUT: OnceLock<Duration> = OnceLock::new();

/// The timeout of a scope that states none: 30 s, unless it was set.
fn default_timeout() -> Duration {
    *DEFAULT_TIMEOUT.get_or_init(|| Duration::from_secs(30))
}

/// Sets the timeout of every scope that states none, for the whole process.
///
/// Call it at start-up: it counts once, and only before the first scope that
/// needs a default is opened. Unless it is called the default is 30 s.
///
/// # Errors
///
/// The default has been set before, or has been used.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// assert!(tonic_scope::set_default_timeout(Duration::from_secs(10)).is_ok());
/// assert!(tonic_scope::set_default_timeout(Duration::from_secs(20)).is_err());
/// ```
pub fn set_default_timeout(timeout: Duration) -> Result<(), DefaultTimeoutError> {
    DEFAULT_TIMEOUT
        .set(timeout)
        .map_err(|_| DefaultTimeoutError {
            in_force: default_timeout(),
        })
}

/// The process default was already in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DefaultTimeoutError {
    in_force: Duration,
}

impl fmt::Display for DefaultTimeoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the default timeout is already in force, at {:?}: set it once, at start-up, before any scope opens",
            self.in_force
        )
    }
}

impl Error for DefaultTimeoutError {}
