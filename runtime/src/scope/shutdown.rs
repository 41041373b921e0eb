use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use futures::future::join_all;
use tokio::time::timeout;

use crate::{
    lifecycle::{self, CloseReason},
    monitor::{ScopeSnapshot, snapshot},
};

/// Ends every scope of the process, waits at most `grace` for them to be gone,
/// and tells what is still there.
///
/// Every root scope is closed with [`CloseReason::Shutdown`], and with it all
/// within: what its calls and handlers answer is `UNAVAILABLE`. No root scope
/// opens from now on; one that is [detached](crate::detach) or run outside any
/// scope is refused for the same reason. Cleanups run, each scope within its own
/// grace; `grace` is only how long this waits for it all. There is no way back,
/// so it is the last thing that a process does.
///
/// It ends what is under way. To let requests finish first, [drain] the server:
///
/// ```no_run
/// # use std::time::Duration;
/// # use tonic_scope::ServerScopeLayer;
/// # async fn ctrl_c() {}
/// # async fn serve(signal: impl Future<Output = ()>) {}
/// # async fn run() {
/// let scopes = ServerScopeLayer::new();
/// # let scopes_ = scopes.clone();
/// let stop = async move {
///     ctrl_c().await;
///     scopes.drain(Duration::from_secs(10)).await;
/// };
/// // Server::builder().layer(..).add_service(..).serve_with_shutdown(address, stop)
/// serve(stop).await;
/// let left = tonic_scope::shutdown(Duration::from_secs(1)).await;
/// if !left.is_empty() {
///     eprintln!("{left}");
/// }
/// # }
/// ```
///
/// [drain]: crate::ServerScopeLayer::drain
///
/// # Cancel safety
///
/// All is closed with the first poll; dropping the future forgets the wait.
pub async fn shutdown(grace: Duration) -> Leftovers {
    lifecycle::refuse_roots();
    let scopes = lifecycle::live();
    let roots = scopes.iter().filter(|scope| scope.is_root());
    for root in roots {
        root.seal(CloseReason::Shutdown);
        // One that is being drained is sealed, and what is in it alive. A drop of
        // the user's that panics in there keeps no other from its end.
        let _ = catch_unwind(AssertUnwindSafe(|| root.end_bonds()));
    }
    let ended = scopes.iter().map(|scope| Arc::clone(scope).watch(true));
    let _ = timeout(grace, join_all(ended)).await;
    Leftovers {
        scopes: snapshot().scopes,
    }
}

/// What a [`shutdown`] has not seen end.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let left = tonic_scope::shutdown(Duration::from_secs(1)).await;
/// for scope in left.scopes() {
///     eprintln!("{}, opened at {}", scope.name, scope.location);
/// }
/// assert!(left.is_empty());
/// assert_eq!(left.to_string(), "nothing is left");
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "it tells what is still there"]
pub struct Leftovers {
    scopes: Vec<ScopeSnapshot>,
}

impl Leftovers {
    /// Whether nothing is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.scopes.is_empty()
    }

    /// The scopes that are still there, with what is bound to them, and the
    /// places where both were made.
    #[must_use]
    pub fn scopes(&self) -> &[ScopeSnapshot] {
        &self.scopes
    }
}

impl fmt::Display for Leftovers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("nothing is left");
        }
        write!(f, "scopes that have not ended: {}", self.scopes.len())?;
        self.scopes
            .iter()
            .try_for_each(|scope| write!(f, "\n{scope}"))
    }
}
