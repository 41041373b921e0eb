//! What is alive, where it was made, and an alarm before it hurts.

use tokio::sync::Mutex;

/// Held by a test that gives calls up: they are counted in the process.
static GIVES_UP: Mutex<()> = Mutex::const_new(());

#[path = "monitor/events.rs"]
mod events;
#[path = "monitor/snapshot.rs"]
mod snapshot;
#[path = "monitor/subscriber.rs"]
mod subscriber;
#[path = "monitor/totals.rs"]
mod totals;
#[path = "monitor/watch.rs"]
mod watch;
