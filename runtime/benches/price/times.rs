//! The rows that are timed.

use std::{hint::black_box, sync::Barrier, thread};

use tokio::time::Instant;

use crate::{
    close,
    rounds::{compare, per, quantile},
    row::{Goal, Rows},
    work::{self, Work},
};

pub(crate) fn rows(rows: &mut Rows, rounds: usize) {
    empty(rows, rounds * 100);
    pooled(rows, rounds * 20);
    close(rows, rounds);
    two_cores(rows, rounds * 20);
}

/// In rounds that are shorter than the time after which a busy machine turns to
/// somebody else.
fn empty(rows: &mut Rows, rounds: usize) {
    let (mut scope, mut by_hand) = (work::named("empty/scope"), work::named("empty/by_hand"));
    let seen = compare(rounds, 200, |n| scope.times(n), |n| by_hand.times(n));
    rows.add(
        "empty_scope/by_hand",
        seen.ratio,
        Goal::AtMost(0.8),
        seen.described(),
    );
}

fn pooled(rows: &mut Rows, rounds: usize) {
    let (mut pooled, mut connected) = (
        work::named("client/pooled"),
        work::named("client/connected"),
    );
    let seen = compare(rounds, 50, |n| connected.times(n), |n| pooled.times(n));
    rows.add(
        "connect/pooled_client",
        seen.ratio,
        Goal::AtLeast(50.0),
        seen.described(),
    );
}

/// The exponent with which the time of a close grows: 1 is linear, 2 quadratic. Of
/// the fastest rounds, for there is nothing to take turns with.
fn close(rows: &mut Rows, rounds: usize) {
    let sizes = [10_usize, 100, 1_000, 10_000, 100_000];
    let points: Vec<(f64, f64)> = sizes
        .iter()
        .map(|&bonds| {
            let repeats = (100_000 / bonds).clamp(rounds, 500);
            let mut nanos: Vec<f64> = (0..repeats)
                .map(|_| per(close::of_a_scope(bonds), 1))
                .collect();
            (bonds as f64, quantile(&mut nanos, 0.0))
        })
        .collect();
    let each: Vec<String> = points
        .iter()
        .map(|(n, t)| format!("{:.0} ns at {n}", t / n))
        .collect();
    rows.add(
        "close/growth",
        exponent(&points),
        Goal::AtMost(1.1),
        format_args!("exponent; for each bond {}", each.join(", ")),
    );
}

/// The slope of a straight line through the logarithms.
fn exponent(points: &[(f64, f64)]) -> f64 {
    let logs: Vec<(f64, f64)> = points.iter().map(|(x, y)| (x.ln(), y.ln())).collect();
    let n = logs.len() as f64;
    let mean = (
        logs.iter().map(|p| p.0).sum::<f64>() / n,
        logs.iter().map(|p| p.1).sum::<f64>() / n,
    );
    let covariance: f64 = logs.iter().map(|p| (p.0 - mean.0) * (p.1 - mean.1)).sum();
    let variance: f64 = logs.iter().map(|p| (p.0 - mean.0).powi(2)).sum();
    covariance / variance
}

/// Of the fastest rounds, in which both cores were free.
fn two_cores(rows: &mut Rows, rounds: usize) {
    if thread::available_parallelism().map_or(1, Into::into) < 2 {
        return rows.skip("two_cores/one_core", "needs two cores");
    }
    let gain = |work: fn() -> Work| {
        let mut rates = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            rates.0.push(rate(1, 2_000, work));
            rates.1.push(rate(2, 2_000, work));
        }
        quantile(&mut rates.1, 1.0) / quantile(&mut rates.0, 1.0)
    };
    let (gained, possible) = (gain(|| work::named("empty/scope")), gain(arithmetic));
    rows.add(
        "two_cores/one_core",
        gained,
        Goal::AtLeast(1.8),
        format_args!(
            "of the fastest of {rounds} rounds each; arithmetic, which shares nothing, \
             gains {possible:.2}"
        ),
    );
}

/// How often a second so many threads do it together.
fn rate(threads: usize, n: u64, work: fn() -> Work) -> f64 {
    let barrier = Barrier::new(threads);
    let slowest = thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let mut work = work();
                    work.times(n);
                    barrier.wait();
                    let start = Instant::now();
                    work.times(n);
                    start.elapsed()
                })
            })
            .collect();
        running
            .into_iter()
            .map(|it| it.join().expect("no panic"))
            .max()
    });
    let slowest = slowest.unwrap_or_default().as_secs_f64();
    threads as f64 * n as f64 / slowest
}

fn arithmetic() -> Work {
    Work::new(|n| {
        let mut x = 1_u64;
        for i in 0..n * 100 {
            x = black_box(x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(i));
        }
    })
}
