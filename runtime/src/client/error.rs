use std::{error::Error, fmt};

use tonic::transport;

use crate::error::ScopeError;

/// A scope could not make a connection.
///
/// It converts into a [`tonic::Status`], which [`tonic::transport::Error`] does
/// not, so that a handler can say `UsersClient::connect(dst).await?`.
#[derive(Debug)]
pub struct ConnectError {
    cause: Cause,
}

#[derive(Debug)]
enum Cause {
    Transport(transport::Error),
    Scope(ScopeError),
}

impl ConnectError {
    /// The transport's error; `None` if the scope ended the attempt.
    #[must_use]
    pub fn transport(&self) -> Option<&transport::Error> {
        match &self.cause {
            Cause::Transport(error) => Some(error),
            Cause::Scope(_) => None,
        }
    }

    /// The scope's error; `None` if the transport failed.
    #[must_use]
    pub fn scope(&self) -> Option<&ScopeError> {
        match &self.cause {
            Cause::Transport(_) => None,
            Cause::Scope(error) => Some(error),
        }
    }

    /// One or the other, by value.
    pub(crate) fn into_cause(self) -> Result<transport::Error, ScopeError> {
        match self.cause {
            Cause::Transport(error) => Ok(error),
            Cause::Scope(error) => Err(error),
        }
    }
}

impl From<transport::Error> for ConnectError {
    fn from(error: transport::Error) -> Self {
        Self {
            cause: Cause::Transport(error),
        }
    }
}

impl From<ScopeError> for ConnectError {
    fn from(error: ScopeError) -> Self {
        Self {
            cause: Cause::Scope(error),
        }
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Cause::Transport(error) => error.fmt(f),
            Cause::Scope(error) => error.fmt(f),
        }
    }
}

impl Error for ConnectError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.cause {
            Cause::Transport(error) => error.source(),
            Cause::Scope(error) => error.source(),
        }
    }
}
