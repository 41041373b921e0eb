use std::{fmt::Debug, time::Duration};

use tokio::{runtime::Handle, time::Instant};

/// Far longer than anything takes here, and shorter than any limit that would
/// end it by itself.
const PATIENCE: Duration = Duration::from_secs(10);

/// Waits until `look` yields `wanted`, and returns whatever it yields when the
/// test has waited for far too long.
///
/// The wait is for an event; its end only keeps a broken test from hanging.
pub async fn settles<T: PartialEq + Debug>(mut look: impl FnMut() -> T, wanted: T) -> T {
    let give_up = Instant::now() + PATIENCE;
    loop {
        let seen = look();
        if seen == wanted || Instant::now() >= give_up {
            return seen;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// How many tasks the current runtime has.
#[must_use]
pub fn tasks_alive() -> usize {
    Handle::current().metrics().num_alive_tasks()
}
