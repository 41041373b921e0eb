use std::{fmt, panic::Location, time::Duration};

use crate::lifecycle::Phase;

/// Something that is bound to a scope.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Bond {
    /// What it is.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub what: What,
    /// Where it was bound.
    #[cfg_attr(feature = "serde", serde(serialize_with = "crate::serial::place"))]
    pub location: &'static Location<'static>,
    /// How long ago it was made; `None` for a cleanup.
    #[cfg_attr(
        feature = "serde",
        serde(
            rename = "age_seconds",
            serialize_with = "crate::serial::maybe_seconds"
        )
    )]
    pub age: Option<Duration>,
}

/// What a bond ties to its scope.
#[derive(Clone, Debug)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(tag = "kind", rename_all = "snake_case")
)]
#[non_exhaustive]
pub enum What {
    /// A client's call, from when it is made until its response has ended. Its
    /// place is that of its scope.
    #[non_exhaustive]
    Call {
        /// The path of its method, such as `/users.Users/Get`.
        method: Option<String>,
        /// Where it goes; `None` where the client's transport was made elsewhere.
        peer: Option<String>,
        /// How far it is; `None` once its response has ended, while the transport
        /// still holds its upload.
        phase: Option<Phase>,
        /// The time left, by its own limit or its scopes'.
        #[cfg_attr(
            feature = "serde",
            serde(
                rename = "remaining_seconds",
                serialize_with = "crate::serial::maybe_seconds"
            )
        )]
        remaining: Option<Duration>,
    },
    /// What the scope's owner streams from.
    #[non_exhaustive]
    Stream {
        /// The messages that it has yielded; of a response body in a
        /// [`ServerScopeLayer`](crate::ServerScopeLayer), its frames.
        messages: u64,
        /// The time since the last one; `None` if there was none.
        ///
        /// Taken when the stream begins to wait for another, at every 256th
        /// message, and with an `idle` limit at each: it may be too long by the
        /// time that 255 took.
        #[cfg_attr(
            feature = "serde",
            serde(
                rename = "since_last_seconds",
                serialize_with = "crate::serial::maybe_seconds"
            )
        )]
        since_last: Option<Duration>,
    },
    /// A task, with the place where it was spawned.
    #[non_exhaustive]
    Task {},
    /// A cleanup that waits for the close, or runs.
    #[non_exhaustive]
    Cleanup {},
    /// A client, or an attempt to make one.
    #[non_exhaustive]
    Client {
        /// Where it goes; `None` where that was said elsewhere.
        address: Option<String>,
        /// It is being connected.
        connecting: bool,
        /// Its connection belongs to a pool.
        lent: bool,
    },
    /// A connection that belongs to the scope.
    #[non_exhaustive]
    Connection {
        /// Where it goes.
        address: Option<String>,
        /// The tasks that it consists of: its own, and one for each call on it.
        tasks: usize,
    },
}

impl Bond {
    /// `call`, `stream`, `task`, `cleanup`, `client` or `connection`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.what {
            What::Call { .. } => "call",
            What::Stream { .. } => "stream",
            What::Task { .. } => "task",
            What::Cleanup { .. } => "cleanup",
            What::Client { .. } => "client",
            What::Connection { .. } => "connection",
        }
    }
}

/// What it is, without its place and age.
impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let to = |f: &mut fmt::Formatter<'_>, address: &Option<String>| match address {
            Some(address) => write!(f, " to {address}"),
            None => Ok(()),
        };
        match self {
            Self::Call {
                method,
                peer,
                phase,
                ..
            } => {
                f.write_str("call")?;
                if let Some(method) = method {
                    write!(f, " {method}")?;
                }
                to(f, peer)?;
                match phase {
                    Some(phase) => write!(f, ", {phase}"),
                    None => f.write_str(", ended"),
                }
            }
            Self::Stream { .. } => f.write_str("stream"),
            Self::Task {} => f.write_str("task"),
            Self::Cleanup {} => f.write_str("cleanup"),
            Self::Client {
                address,
                connecting,
                lent,
            } => {
                f.write_str("client")?;
                to(f, address)?;
                f.write_str(if *connecting { ", connecting" } else { "" })?;
                f.write_str(if *lent { ", from a pool" } else { "" })
            }
            Self::Connection { address, .. } => {
                f.write_str("connection")?;
                to(f, address)
            }
        }
    }
}

impl fmt::Display for Bond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.what, self.location)?;
        if let Some(age) = self.age {
            write!(f, ", {age:.1?} old")?;
        }
        match self.what {
            What::Call {
                remaining: Some(remaining),
                ..
            } => write!(f, ", {remaining:.1?} left"),
            What::Stream {
                messages,
                since_last,
            } => {
                write!(f, ", {messages} messages")?;
                match since_last {
                    Some(since) => write!(f, ", the last {since:.1?} ago"),
                    None => Ok(()),
                }
            }
            What::Connection { tasks, .. } => write!(f, ", {tasks} tasks"),
            _ => Ok(()),
        }
    }
}
