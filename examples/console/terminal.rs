//! The snapshot as a table, drawn again and again.

use std::{
    io::{IsTerminal, Write, stdout},
    time::Duration,
};

use tokio::time::interval;
use tonic_scope::monitor;

/// Home, and everything below it erased.
const CLEAR: &str = "\x1b[H\x1b[2J";

/// Draws once a second, until nobody reads any more. What is no terminal is not
/// cleared: it gets one table after the other.
pub(crate) async fn draw(url: String) {
    let mut tick = interval(Duration::from_secs(1));
    loop {
        tick.tick().await;
        let clear = if stdout().is_terminal() { CLEAR } else { "" };
        let drawn = writeln!(stdout(), "{clear}{url}\n\n{}\n", monitor::snapshot());
        if drawn.is_err() {
            return;
        }
    }
}
