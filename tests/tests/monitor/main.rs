//! What is alive, where it was made, and an alarm before it hurts.

use tokio::sync::Mutex;

/// Held by a test that gives calls up: they are counted in the process.
static GIVES_UP: Mutex<()> = Mutex::const_new(());

mod events;
mod metrics;
mod shutdown;
mod snapshot;
mod totals;
mod watch;
