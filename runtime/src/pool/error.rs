use std::{error::Error, fmt, sync::Arc, time::Duration};

use tokio::time::Instant;
use tonic::transport;

use super::table::{BackOff, Denied};

/// A pool has no connection to lend.
///
/// It comes in a [`ConnectError`](crate::ConnectError), as what fails without a
/// pool does.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tonic_scope::pool::Pool;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let minute = Duration::from_secs(60);
/// let pool = Pool::builder().back_off(minute, minute).build()?;
/// // The attempt fails; the next lease is too early for another one.
/// let _ = pool.connect("http://127.0.0.1:1").await.unwrap_err();
/// let error = pool.connect("http://127.0.0.1:1").await.unwrap_err();
/// let lease = error.lease().expect("the pool's");
/// assert!(lease.is_back_off() && lease.transport().is_some());
/// assert!(!lease.is_full() && !lease.is_closed());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct LeaseError(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Closed,
    /// Nobody returned a lease, and no connection came about, in so long.
    Waited(Duration),
    /// The last attempt failed, and the next is due in so long.
    BackOff(Duration, Option<Arc<transport::Error>>),
    Runtime,
}

impl LeaseError {
    pub(super) fn waited(limit: Duration) -> Self {
        Self(Kind::Waited(limit))
    }

    pub(super) fn runtime() -> Self {
        Self(Kind::Runtime)
    }

    pub(crate) fn closed() -> Self {
        Self(Kind::Closed)
    }

    fn back_off(back_off: BackOff) -> Self {
        let left = back_off.until.saturating_duration_since(Instant::now());
        Self(Kind::BackOff(left, back_off.error))
    }

    /// The pool is closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        matches!(self.0, Kind::Closed)
    }

    /// The limits left no room for as long as the pool lets one wait.
    #[must_use]
    pub fn is_full(&self) -> bool {
        matches!(self.0, Kind::Waited(_))
    }

    /// The last attempt to connect failed, and it is too early for another.
    #[must_use]
    pub fn is_back_off(&self) -> bool {
        matches!(self.0, Kind::BackOff(..))
    }

    /// Why that attempt failed.
    #[must_use]
    pub fn transport(&self) -> Option<&transport::Error> {
        match &self.0 {
            Kind::BackOff(_, error) => error.as_deref(),
            _ => None,
        }
    }
}

/// What a table denies, as its user is told.
pub(super) enum Told {
    Error(LeaseError),
    Transport(Arc<transport::Error>),
    AskAgain,
}

impl From<Denied> for Told {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Closed => Self::Error(LeaseError::closed()),
            Denied::Failed(error) => Self::Transport(error),
            Denied::BackOff(back_off) => Self::Error(LeaseError::back_off(back_off)),
            Denied::Full | Denied::Interrupted => Self::AskAgain,
        }
    }
}

impl fmt::Display for LeaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Closed => f.write_str("the pool is closed"),
            Kind::Waited(limit) => write!(
                f,
                "the pool had no connection to lend for {limit:.1?}: raise its limits, or hold \
                 leases for less long"
            ),
            Kind::BackOff(left, Some(_)) => write!(
                f,
                "the last attempt to connect has failed, and the next is due in {left:.1?}"
            ),
            Kind::BackOff(left, None) => write!(
                f,
                "the last connection did not hold, and the next attempt is due in {left:.1?}"
            ),
            Kind::Runtime => f.write_str("a connection needs a tokio runtime, and there is none"),
        }
    }
}

impl Error for LeaseError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.0 {
            Kind::BackOff(_, Some(error)) => Some(&**error),
            _ => None,
        }
    }
}
