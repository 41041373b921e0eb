use std::{fmt::Debug, time::Duration};

use tokio::runtime::Handle;

/// Waits until `look` yields `wanted`, and returns whatever it yields when the
/// test has waited for far too long.
///
/// The wait is for an event; the limit only keeps a broken test from hanging.
pub async fn settles<T: PartialEq + Debug>(mut look: impl FnMut() -> T, wanted: T) -> T {
    for _ in 0..10_000 {
        let seen = look();
        if seen == wanted {
            return seen;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    look()
}

/// How many tasks the current runtime has.
#[must_use]
pub fn tasks_alive() -> usize {
    Handle::current().metrics().num_alive_tasks()
}
