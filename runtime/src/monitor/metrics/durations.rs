//! How long calls took, counted where they end.
//!
//! A facade's histogram looks its labels up for each value. What is here costs two
//! additions, in counters of the thread's own.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tonic::Code;

use crate::{lifecycle::SHARDS, monitor::totals::CODES};

/// The boundaries of the buckets of `rpc.client.call.duration`, in seconds: those
/// that OpenTelemetry advises.
pub const DURATION_BUCKETS: [f64; 14] = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];

const BUCKETS: usize = DURATION_BUCKETS.len() + 1;

/// The calls of a bucket, and all of their nanoseconds.
struct Bucket {
    calls: AtomicU64,
    nanos: AtomicU64,
}

#[repr(align(128))]
struct Table([[Bucket; BUCKETS]; CODES.len()]);

static TABLES: [Table; SHARDS] = [const {
    Table(
        [const {
            [const {
                Bucket {
                    calls: AtomicU64::new(0),
                    nanos: AtomicU64::new(0),
                }
            }; BUCKETS]
        }; CODES.len()],
    )
}; SHARDS];

/// What has been handed on already.
static TAKEN: Mutex<[[(u64, u64); BUCKETS]; CODES.len()]> =
    Mutex::new([[(0, 0); BUCKETS]; CODES.len()]);

pub(crate) fn record_call(shard: usize, outcome: Code, took: Duration) {
    let seconds = took.as_secs_f64();
    let bucket = DURATION_BUCKETS.partition_point(|upper| *upper < seconds);
    let bucket = &TABLES[shard].0[outcome as usize][bucket];
    let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
    // Relaxed: they order nothing. Who reads between the two is put right by the
    // next read.
    bucket.calls.fetch_add(1, Ordering::Relaxed);
    bucket.nanos.fetch_add(nanos, Ordering::Relaxed);
}

/// Hands on what is new: for an outcome, how many calls took how many seconds in
/// the mean. Of each bucket once at most.
pub(super) fn take(mut tell: impl FnMut(usize, f64, usize)) {
    let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut new = Vec::new();
    for (outcome, buckets) in taken.iter_mut().enumerate() {
        for (bucket, (calls, nanos)) in buckets.iter_mut().enumerate() {
            let sum = |count: fn(&Bucket) -> &AtomicU64| -> u64 {
                let all = TABLES.iter().map(|table| &table.0[outcome][bucket]);
                all.map(|bucket| count(bucket).load(Ordering::Relaxed))
                    .sum()
            };
            let (all_calls, all_nanos) = (sum(|it| &it.calls), sum(|it| &it.nanos));
            let more = all_calls - *calls;
            if more > 0 {
                let took = Duration::from_nanos(all_nanos.saturating_sub(*nanos)).as_secs_f64();
                new.push((outcome, within(bucket, took / as_f64(more)), more));
                (*calls, *nanos) = (all_calls, all_nanos);
            }
        }
    }
    drop(taken);
    for (outcome, seconds, calls) in new {
        tell(
            outcome,
            seconds,
            usize::try_from(calls).unwrap_or(usize::MAX),
        );
    }
}

/// A mean that a call which was read half could have moved out of its bucket.
fn within(bucket: usize, mean: f64) -> f64 {
    let upper = DURATION_BUCKETS.get(bucket).copied();
    let lower = bucket.checked_sub(1).map(|below| DURATION_BUCKETS[below]);
    let mean = upper.map_or(mean, |upper| mean.min(upper));
    lower.map_or(mean, |lower| mean.max(lower.next_up()))
}

#[allow(
    clippy::cast_precision_loss,
    reason = "the mean of more than 2^52 calls is no different"
)]
fn as_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_call_is_handed_on_once_in_its_bucket() {
        let millis = Duration::from_millis;
        for took in [1, 3, 60, 70, 1_000, 20_000] {
            // Nobody else's calls end so.
            record_call(0, Code::DataLoss, millis(took));
        }
        let mut told = Vec::new();
        take(|outcome, seconds, calls| {
            if outcome == Code::DataLoss as usize {
                told.push((seconds, calls));
            }
        });
        assert_eq!(told, [(0.002, 2), (0.065, 2), (1.0, 1), (20.0, 1)]);
        take(|outcome, _, _| assert_ne!(outcome, Code::DataLoss as usize));
    }
}
