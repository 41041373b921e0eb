use std::fmt;

/// Which limit it was that ran out: of all that held, the tightest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum LimitSource {
    /// What the caller allows: its `grpc-timeout`, or a deadline that was handed
    /// to the scope.
    Caller,
    /// What a [`ServerScopeLayer`](crate::ServerScopeLayer) allows its callers
    /// at most, or those who say nothing.
    Server,
    /// The deadline of an enclosing scope.
    Parent,
    /// The scope's own `timeout`.
    Timeout,
    /// The process's [default](crate::set_default_timeout), as the scope says
    /// nothing.
    Default,
    /// The `call_timeout` of the scope that a call was made in.
    CallTimeout,
    /// What `#[call]`, or [`limited`](crate::FutureExt::limited), says of a call.
    Call,
    /// The timeout of a call's request itself
    /// ([`set_timeout`](tonic::Request::set_timeout)).
    Request,
    /// The longest gap between two messages: `idle`.
    Idle,
}

impl LimitSource {
    /// What it is to a scope whose deadline is that of its parent.
    ///
    /// A caller is the caller of all the scopes that serve it.
    pub(crate) fn inherited(self) -> Self {
        match self {
            Self::Caller | Self::Server => self,
            _ => Self::Parent,
        }
    }
}

impl fmt::Display for LimitSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Caller => "the time that the caller allows",
            Self::Server => "the time that the server allows its callers",
            Self::Parent => "the deadline of an enclosing scope",
            Self::Timeout => "its own `timeout`",
            Self::Default => "the default timeout of the process",
            Self::CallTimeout => "the scope's `call_timeout`",
            Self::Call => "the limit said for this call",
            Self::Request => "the timeout of the request itself",
            Self::Idle => "`idle`",
        })
    }
}
