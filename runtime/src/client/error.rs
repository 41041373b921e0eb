use std::{error::Error, fmt, sync::Arc};

use tonic::transport;

use crate::{connection::AddressError, error::ScopeError, pool::LeaseError};

/// A scope could not make a connection, or borrow one.
///
/// It converts into a [`tonic::Status`], which [`tonic::transport::Error`] does
/// not, so that a handler can say `UsersClient::connect(dst).await?`.
///
/// # Examples
///
/// ```
/// use tonic::{Code, Status};
/// use tonic_scope::pool::Pool;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let pool = Pool::builder().build()?;
///
/// let error = pool.connect("http://127.0.0.1:1").await.unwrap_err();
/// assert!(error.transport().is_some());
/// assert_eq!(Status::from(error).code(), Code::Unavailable);
///
/// let error = pool.connect("127.0.0.1:1").await.unwrap_err();
/// assert!(error.is_bad_address());
/// assert_eq!(Status::from(error).code(), Code::FailedPrecondition);
///
/// pool.close().await;
/// let error = pool.connect("http://127.0.0.1:1").await.unwrap_err();
/// assert!(error.lease().is_some_and(|lease| lease.is_closed()));
/// assert!(error.scope().is_none());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct ConnectError {
    cause: Cause,
}

#[derive(Debug)]
pub(crate) enum Cause {
    /// Shared by all who waited for the attempt.
    Transport(Arc<transport::Error>),
    Scope(ScopeError),
    Pool(LeaseError),
    Address(AddressError),
}

impl ConnectError {
    /// The transport's error, be it of this attempt or of the last one before a
    /// pool's back-off; `None` if something else was the matter.
    #[must_use]
    pub fn transport(&self) -> Option<&transport::Error> {
        match &self.cause {
            Cause::Transport(error) => Some(error),
            Cause::Scope(_) | Cause::Address(_) => None,
            Cause::Pool(error) => error.transport(),
        }
    }

    /// The scope's error, if the scope ended the attempt.
    #[must_use]
    pub fn scope(&self) -> Option<&ScopeError> {
        match &self.cause {
            Cause::Scope(error) => Some(error),
            Cause::Transport(_) | Cause::Pool(_) | Cause::Address(_) => None,
        }
    }

    /// The pool's error, if a pool had nothing to lend.
    #[must_use]
    pub fn lease(&self) -> Option<&LeaseError> {
        match &self.cause {
            Cause::Pool(error) => Some(error),
            Cause::Transport(_) | Cause::Scope(_) | Cause::Address(_) => None,
        }
    }

    /// Whether the destination is no address that could ever be reached.
    #[must_use]
    pub fn is_bad_address(&self) -> bool {
        matches!(self.cause, Cause::Address(_))
    }

    /// The error of an attempt that others have waited for as well.
    pub(crate) fn shared(error: Arc<transport::Error>) -> Self {
        Self {
            cause: Cause::Transport(error),
        }
    }

    pub(crate) fn into_cause(self) -> Cause {
        self.cause
    }
}

impl From<transport::Error> for ConnectError {
    fn from(error: transport::Error) -> Self {
        Self::shared(Arc::new(error))
    }
}

impl From<LeaseError> for ConnectError {
    fn from(error: LeaseError) -> Self {
        Self {
            cause: Cause::Pool(error),
        }
    }
}

impl From<AddressError> for ConnectError {
    fn from(error: AddressError) -> Self {
        Self {
            cause: Cause::Address(error),
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
            Cause::Pool(error) => error.fmt(f),
            Cause::Address(error) => error.fmt(f),
        }
    }
}

impl Error for ConnectError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.cause {
            Cause::Transport(error) => error.source(),
            Cause::Scope(error) => error.source(),
            Cause::Pool(error) => error.source(),
            Cause::Address(error) => error.source(),
        }
    }
}
