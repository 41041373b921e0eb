use std::fmt;

/// Why a scope closed.
///
/// The first reason wins and stays: a deadline that passes while a failed
/// scope is being torn down changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum CloseReason {
    /// The owner returned `Ok`, or its stream ended.
    Completed,
    /// The owner returned `Err`, or its stream yielded one.
    Failed,
    /// The scope's deadline passed.
    DeadlineExceeded,
    /// A stream of the scope made no progress for its `idle` limit.
    Idle,
    /// [`Scope::cancel`](crate::Scope::cancel) was called, here or on a parent.
    Cancelled,
    /// The owner was dropped: the caller went away, or whoever awaited it did.
    OwnerDropped,
    /// The owner panicked.
    Panicked,
    /// The process is shutting down.
    Shutdown,
}

impl CloseReason {
    pub(crate) const ALL: [Self; 8] = [
        Self::Completed,
        Self::Failed,
        Self::DeadlineExceeded,
        Self::Idle,
        Self::Cancelled,
        Self::OwnerDropped,
        Self::Panicked,
        Self::Shutdown,
    ];

    /// The reason for which a child closes when its parent closed for `self`.
    ///
    /// A limit stays a limit on the way down; every other end of the parent is
    /// a cancellation to the child, which itself did nothing wrong.
    pub(super) fn inherited(self) -> Self {
        match self {
            Self::DeadlineExceeded | Self::Idle | Self::Shutdown => self,
            _ => Self::Cancelled,
        }
    }

    /// One word, for machines: `deadline_exceeded`.
    ///
    /// # Examples
    ///
    /// ```
    /// use tonic_scope::CloseReason;
    ///
    /// assert_eq!(CloseReason::OwnerDropped.as_str(), "owner_dropped");
    /// assert_eq!(CloseReason::OwnerDropped.to_string(), "owner dropped"); // for people
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::DeadlineExceeded => "deadline_exceeded",
            Self::Idle => "idle",
            Self::Cancelled => "cancelled",
            Self::OwnerDropped => "owner_dropped",
            Self::Panicked => "panicked",
            Self::Shutdown => "shutdown",
        }
    }

    /// Whether a limit on time was broken.
    pub(super) fn is_limit(self) -> bool {
        matches!(self, Self::DeadlineExceeded | Self::Idle)
    }
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::DeadlineExceeded => "deadline exceeded",
            Self::Idle => "idle",
            Self::Cancelled => "cancelled",
            Self::OwnerDropped => "owner dropped",
            Self::Panicked => "panicked",
            Self::Shutdown => "shutdown",
        })
    }
}
