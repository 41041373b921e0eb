//! The bar and the live counts, for whoever watches.

use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};

use crate::measure::Reading;

/// A line on stderr that is redrawn; where stderr is no terminal, one line that says what runs.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    pub(crate) fn new(mode: &'static str, cycles: u64) -> Self {
        let style = ProgressStyle::with_template("{prefix:<6} {wide_bar} {pos}/{len}  {msg}")
            .expect("the template is the literal above");
        let bar = ProgressBar::new(cycles).with_style(style).with_prefix(mode);
        if bar.is_hidden() {
            eprintln!("{mode}: {cycles} cycles");
        }
        Self { bar }
    }

    pub(crate) fn show(&self, cycle: u64, reading: Reading, scopes: Option<usize>) {
        let scopes = scopes.map_or_else(String::new, |scopes| format!("  {scopes} scopes"));
        self.bar.set_message(format!(
            "{} tasks  {} sockets{scopes}  {}",
            HumanCount(reading.tasks as u64),
            HumanCount(reading.sockets as u64),
            HumanBytes(reading.rss_bytes as u64),
        ));
        self.bar.set_position(cycle);
    }

    /// Leaves the last counts on the screen.
    pub(crate) fn finish(&self) {
        self.bar.abandon();
    }
}
