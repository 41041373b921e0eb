use std::{sync::Arc, time::Duration};

use tokio::task::futures::TaskLocalFuture;

use crate::scope::Scope;

/// The limits of a single call, in the place of its scope's defaults.
///
/// Each is capped by the scope: a call cannot be given more time than that has.
/// What is not said is as the scope has it.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tonic_scope::Limits;
///
/// let quick = Limits::timeout(Duration::from_millis(50)).and_local();
/// let watch = Limits::idle(Duration::from_secs(30));
/// let far = Limits::new()
///     .and_timeout(Duration::from_secs(2))
///     .and_idle(Duration::from_secs(1))
///     .and_reserve(Duration::from_millis(20));
/// assert_ne!(far, watch);
/// // users.get(id).limited(quick).await?
/// # let _ = quick;
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use = "limits do nothing until a call is `limited` by them"]
pub struct Limits {
    pub(crate) timeout: Option<Duration>,
    pub(crate) idle: Option<Duration>,
    pub(crate) reserve: Option<Duration>,
    pub(crate) local: bool,
}

impl Limits {
    /// Nothing but what the scope says.
    pub const fn new() -> Self {
        Self {
            timeout: None,
            idle: None,
            reserve: None,
            local: false,
        }
    }

    /// In the place of `call_timeout`, longer or shorter: from the call to the
    /// end of its response stream.
    pub const fn timeout(timeout: Duration) -> Self {
        Self::new().and_timeout(timeout)
    }

    /// The longest gap between two messages of the response stream.
    pub const fn idle(idle: Duration) -> Self {
        Self::new().and_idle(idle)
    }

    /// Adds a limit in all.
    pub const fn and_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Adds a longest gap.
    pub const fn and_idle(mut self, idle: Duration) -> Self {
        self.idle = Some(idle);
        self
    }

    /// Keeps time back from what the peer is told, so that an answer that is
    /// just in time for the peer still gets home. It never takes more than half
    /// of what there is.
    pub const fn and_reserve(mut self, reserve: Duration) -> Self {
        self.reserve = Some(reserve);
        self
    }

    /// Enforces the limits here and does not tell the peer.
    pub const fn and_local(mut self) -> Self {
        self.local = true;
        self
    }
}

tokio::task_local! {
    static SAID: Said;
}

/// Limits, and the scope in which they were said: what a nested scope calls is
/// that one's business.
#[derive(Clone, Debug)]
pub(super) struct Said {
    limits: Limits,
    scope: Option<Scope>,
}

/// The limits said for the call that is being made; none unless it is
/// `limited`, in the scope that is current.
pub(crate) fn said() -> Limits {
    let here = |said: &Said| match (&said.scope, &Scope::current()) {
        (Some(theirs), Some(ours)) => Arc::ptr_eq(theirs.lifecycle(), ours.lifecycle()),
        (theirs, ours) => theirs.is_none() && ours.is_none(),
    };
    SAID.try_with(|said| here(said).then_some(said.limits))
        .ok()
        .flatten()
        .unwrap_or_default()
}

pub(super) fn within<F: Future>(limits: Limits, future: F) -> TaskLocalFuture<Said, F> {
    let scope = Scope::current();
    SAID.scope(Said { limits, scope }, future)
}
