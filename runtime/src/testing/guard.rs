use std::{fmt, sync::Arc, thread, time::Duration};

use backon::BackoffBuilder as _;
use tokio::time::Instant;

use super::{
    LeakCheck, Leaks,
    search::{self, Baseline},
};
use crate::scope::origin::Watch;

/// Watches what is begun, until it is asked what is left of it.
///
/// [`finish`](Self::finish) it. Dropped, it looks as well, but has to block its
/// thread while it waits: in a runtime of one thread nothing else can end
/// meanwhile. While a panic is on its way it does not look, for the test has
/// failed anyway.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tonic_scope::testing::LeakCheck;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let guard = LeakCheck::new().patience(Duration::ZERO).guard();
/// let audit = tonic_scope::detach("audit", Duration::from_secs(60), std::future::pending::<()>());
/// assert!(guard.find().await.to_string().contains("scope `audit`"));
/// audit.abort();
/// # let _ = audit.await;
/// guard.finish().await; // nothing is left
/// # }
/// ```
#[must_use = "it looks when it is dropped, which is at once"]
pub struct LeakGuard {
    check: LeakCheck,
    watch: Arc<Watch>,
    /// What was there before.
    baseline: Baseline,
    /// Nobody has looked yet.
    armed: bool,
}

impl LeakGuard {
    pub(super) fn new(check: LeakCheck, watch: Arc<Watch>, baseline: Baseline) -> Self {
        Self {
            check,
            watch,
            baseline,
            armed: true,
        }
    }

    /// Waits for what was begun to be gone, and tells what is left when the
    /// [patience](LeakCheck::patience) is over.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future forgets the wait and nothing else.
    pub async fn find(&self) -> Leaks {
        let mut pauses = self.check.backoff().build();
        loop {
            let leaks = self.look();
            match pauses.next() {
                Some(pause) if !leaks.is_empty() => rest(pause).await,
                _ => return leaks,
            }
        }
    }

    /// Panics if something is left.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future forgets the check.
    ///
    /// # Panics
    ///
    /// There are leaks: the message names them, with their places.
    pub fn finish(mut self) -> impl Future<Output = ()> + Send {
        self.armed = false;
        async move {
            let leaks = self.find().await;
            drop(self);
            assert!(leaks.is_empty(), "{leaks}");
        }
    }

    /// Does not look: the test has failed anyway.
    pub(crate) fn forgo(mut self) {
        self.armed = false;
    }

    fn look(&self) -> Leaks {
        search::leaks(&self.watch, &self.baseline, &self.check)
    }
}

impl Drop for LeakGuard {
    fn drop(&mut self) {
        if !self.armed || thread::panicking() {
            return;
        }
        let mut pauses = self.check.backoff().build();
        let leaks = loop {
            let leaks = self.look();
            match pauses.next() {
                Some(pause) if !leaks.is_empty() => thread::sleep(pause),
                _ => break leaks,
            }
        };
        assert!(leaks.is_empty(), "{leaks}");
    }
}

impl fmt::Debug for LeakGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LeakGuard")
            .field("check", &self.check)
            .finish_non_exhaustive()
    }
}

/// Lets everything else run for so long, in real time.
///
/// A timer would not do: a paused clock jumps as soon as all are idle, though a
/// socket needs time. Nor would a blocking task, for which the leaks may have
/// left no room. So this is never idle; in between it sleeps, for what runs on
/// other threads.
async fn rest(pause: Duration) {
    const SLICE: Duration = Duration::from_millis(1);
    let before = Instant::now();
    let mut left = pause;
    while !left.is_zero() {
        let slice = left.min(SLICE);
        thread::sleep(slice);
        left -= slice;
        tokio::task::yield_now().await;
    }
    if before.elapsed().is_zero() {
        // The clock is paused, and moves only while somebody sleeps by it.
        tokio::time::sleep(pause).await;
    }
}
