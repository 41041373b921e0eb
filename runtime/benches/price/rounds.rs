//! Times two works in turn, so that whatever else the machine does befalls both.

use std::time::Duration;

use tokio::time::Instant;

/// How long one work took against the other, over all rounds.
pub(crate) struct Compared {
    /// The median of the ratios of the rounds, and their quartiles.
    pub(crate) ratio: f64,
    quartiles: (f64, f64),
    /// The median of each, in nanoseconds for each time.
    pub(crate) nanos: (f64, f64),
    rounds: usize,
}

impl Compared {
    pub(crate) fn described(&self) -> String {
        let show = |nanos: f64| format!("{:.3?}", Duration::from_nanos(nanos as u64));
        let (ours, theirs) = (show(self.nanos.0), show(self.nanos.1));
        let (low, high) = self.quartiles;
        let rounds = self.rounds;
        format!("{ours} against {theirs}; half of {rounds} rounds within {low:.3} and {high:.3}")
    }
}

/// Compares `a` to `b`, each done `n` times a round.
pub(crate) fn compare(
    rounds: usize,
    n: u64,
    mut a: impl FnMut(u64),
    mut b: impl FnMut(u64),
) -> Compared {
    let mut ratios = Vec::new();
    let mut nanos = (Vec::new(), Vec::new());
    for round in 0..=rounds {
        // Whoever is second finds caches as the first has left them.
        let (first, second) = if round % 2 == 0 {
            let first = time(&mut a, n);
            (first, time(&mut b, n))
        } else {
            let second = time(&mut b, n);
            (time(&mut a, n), second)
        };
        // The first round warms up.
        if round > 0 {
            ratios.push(first / second);
            nanos.0.push(first);
            nanos.1.push(second);
        }
    }
    Compared {
        ratio: quantile(&mut ratios, 0.5),
        quartiles: (quantile(&mut ratios, 0.25), quantile(&mut ratios, 0.75)),
        nanos: (quantile(&mut nanos.0, 0.5), quantile(&mut nanos.1, 0.5)),
        rounds,
    }
}

/// Nanoseconds for each time.
fn time(work: &mut impl FnMut(u64), n: u64) -> f64 {
    let start = Instant::now();
    work(n);
    per(start.elapsed(), n)
}

pub(crate) fn per(elapsed: Duration, n: u64) -> f64 {
    let n = n as f64;
    elapsed.as_secs_f64() * 1e9 / n
}

/// The value below which that part of all lies.
///
/// # Panics
///
/// If there is none, or one is no number.
pub(crate) fn quantile(values: &mut [f64], part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = ((values.len() - 1) as f64 * part).round() as usize;
    values[at]
}
