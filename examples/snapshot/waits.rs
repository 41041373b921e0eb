use std::{fmt, time::Duration};

/// How long something took, each time.
#[derive(Default)]
pub(crate) struct Waits(Vec<Duration>);

impl Waits {
    pub(crate) fn add(&mut self, wait: Duration) {
        self.0.push(wait);
    }
}

/// As a line: what was usual, what was seldom, and what was worst.
impl fmt::Display for Waits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let Some(longest) = sorted.last() else {
            return f.write_str("never");
        };
        let below = |thousandths: usize| sorted[(sorted.len() - 1) * thousandths / 1_000];
        let (median, seldom) = (below(500), below(999));
        write!(
            f,
            "{median:.1?} in the median, {seldom:.1?} at 99.9 %, {longest:.1?} at most, of {}",
            sorted.len()
        )
    }
}
