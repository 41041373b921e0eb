use std::fmt;

/// How far something had come when its time was over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum Phase {
    /// The body of a scope was running, and no call of it was under way.
    Handler,
    /// A call, or an attempt to connect, was waiting for a connection, or for
    /// room on one.
    Connecting,
    /// The request was on a connection and the response headers were not there.
    Headers,
    /// The response headers were there and the response had not ended.
    Streaming,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Handler => "running",
            Self::Connecting => "waiting for a connection",
            Self::Headers => "waiting for response headers",
            Self::Streaming => "streaming",
        })
    }
}

/// A call, or an attempt to connect, and how far it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InFlight {
    /// The path of the method, or the address.
    pub(crate) target: Box<str>,
    pub(crate) phase: Phase,
}
