//! How the price changes with what is done: the tables of `docs/price.md`.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use metrics_util::debugging::DebuggingRecorder;
use tokio::{
    runtime::{Builder, Runtime},
    task::JoinSet,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;
use tonic_scope::{
    Scoped,
    monitor::{
        self,
        thresholds::{Measure, Thresholds},
    },
};

use crate::{
    close, nested,
    rounds::{Compared, compare, per, quantile},
    work::{
        unary::{self, Bound, Raw},
        world::{World, one_thread},
    },
};

/// How often an operator looks.
const PERIOD: Duration = Duration::from_millis(10);

pub(crate) fn tables(rounds: usize) {
    in_flight(rounds);
    on_threads(rounds);
    nesting(rounds);
    bonds(rounds);
    monitored(rounds);
    tail(rounds);
}

/// Calls of both kinds over channels of their own, in one runtime.
struct Both {
    world: World,
    raw: Raw,
    bound: Bound,
}

impl Both {
    fn on(runtime: Runtime) -> Self {
        let world = World::on(runtime);
        let raw = Raw::new(world.channel.clone());
        let bound = Bound::new(Scoped::new(world.channel.clone()));
        Self { world, raw, bound }
    }

    /// So many tasks at once, to the end of all.
    fn run<C, F>(&self, client: &C, at_once: u64, task: impl Fn(C) -> F)
    where
        C: Clone,
        F: Future<Output = ()> + Send + 'static,
    {
        self.world.runtime.block_on(async {
            let mut tasks = JoinSet::new();
            for _ in 0..at_once {
                tasks.spawn(task(client.clone()));
            }
            tasks.join_all().await;
        });
    }

    fn compare(&self, rounds: usize, calls: u64, at_once: u64) -> Compared {
        let each = calls / at_once;
        compare(
            rounds,
            calls,
            |_| {
                self.run(&self.bound, at_once, move |it| {
                    in_scopes(it, each, Times::default())
                });
            },
            |_| {
                self.run(&self.raw, at_once, move |it| {
                    by_hand(it, each, Times::default())
                });
            },
        )
    }
}

/// How long calls have taken, in nanoseconds.
type Times = Arc<Mutex<Vec<f64>>>;

async fn in_scopes(client: Bound, n: u64, times: Times) {
    let mut nanos = Vec::new();
    for _ in 0..n {
        let start = Instant::now();
        unary::in_scope(&client).await.expect("an answer");
        nanos.push(per(start.elapsed(), 1));
    }
    times.lock().expect("no panic").append(&mut nanos);
}

async fn by_hand(client: Raw, n: u64, times: Times) {
    let stop = CancellationToken::new();
    let mut nanos = Vec::new();
    for _ in 0..n {
        let start = Instant::now();
        unary::by_hand(&client, &stop).await.expect("an answer");
        nanos.push(per(start.elapsed(), 1));
    }
    times.lock().expect("no panic").append(&mut nanos);
}

const CALLS: u64 = 10_000;

fn in_flight(rounds: usize) {
    heading(
        "Calls in flight, one thread",
        "in flight",
        "a call in a scope",
        "by hand",
    );
    for at_once in [1, 10, 100, 1_000, 10_000] {
        let both = Both::on(one_thread());
        line(at_once, &both.compare(rounds, CALLS, at_once));
    }
}

fn on_threads(rounds: usize) {
    heading(
        "Threads, 100 calls in flight",
        "threads",
        "a call in a scope",
        "by hand",
    );
    for n in [1, 2] {
        let both = Both::on(threads(n));
        line(n, &both.compare(rounds, CALLS, 100));
    }
}

fn nesting(rounds: usize) {
    heading("Nesting", "levels", "scopes", "timeouts and child tokens");
    let runtime = one_thread();
    for depth in [1, 2, 4, 8, 16, 32] {
        let root = CancellationToken::new();
        let seen = compare(
            rounds,
            2_000,
            |n| {
                runtime.block_on(async {
                    for _ in 0..n {
                        nested::in_scopes(depth).await.expect("in time");
                    }
                });
            },
            |n| {
                runtime.block_on(async {
                    for _ in 0..n {
                        nested::by_hand(depth, &root).await.expect("in time");
                    }
                });
            },
        );
        line(depth, &seen);
    }
}

/// Each time is that of a close; the tables say it for each bond.
fn bonds(rounds: usize) {
    heading(
        "Close with so many tasks, for each",
        "tasks",
        "a scope",
        "JoinSet::shutdown",
    );
    for n in [1_usize, 10, 100, 1_000, 10_000, 100_000] {
        let rounds = rounds.max(1_000 / n);
        let median = |close: fn(usize) -> Duration| {
            let mut nanos: Vec<f64> = (0..rounds).map(|_| per(close(n), n as u64)).collect();
            quantile(&mut nanos, 0.5)
        };
        let (ours, theirs) = (median(close::of_a_scope), median(close::of_a_join_set));
        println!(
            "| {n} | {ours:.0} ns | {theirs:.0} ns | {:.2} |",
            ours / theirs
        );
    }
}

/// With an operator who looks every 10 ms, a hundred times as often as one would.
fn monitored(rounds: usize) {
    heading(
        "Monitoring, 100 calls in flight",
        "every 10 ms",
        "a call in a scope",
        "by hand",
    );
    let recorder = DebuggingRecorder::new();
    let readings = recorder.snapshotter();
    recorder.install().expect("there is no other");
    let snapshot = || drop(monitor::snapshot());
    let all = || {
        drop(serde_json::to_vec(&monitor::snapshot()).expect("text and numbers"));
        monitor::metrics::record();
        drop(readings.snapshot());
    };
    line("nothing", &watched(rounds, None));
    line(
        "a snapshot, and thresholds",
        &watched(rounds, Some(&snapshot)),
    );
    line(
        "the same as JSON, and metrics",
        &watched(rounds, Some(&all)),
    );
}

/// Calls beside a thread that takes such a look again and again, and on which a watch
/// of thresholds does.
fn watched(rounds: usize, look: Option<&(dyn Fn() + Sync)>) -> Compared {
    let over = AtomicBool::new(false);
    let both = Both::on(one_thread());
    thread::scope(|threads| {
        if let Some(look) = look {
            let over = &over;
            threads.spawn(move || {
                one_thread().block_on(async {
                    let thresholds = Thresholds::builder()
                        .above(Measure::LiveScopes, 1_000_000)
                        .above(Measure::GrowthPerMinute, 1_000_000)
                        .every(PERIOD)
                        .build()
                        .expect("they agree");
                    let watch = thresholds.watch(|crossing| println!("{crossing}"));
                    let _watch = watch.expect("a runtime");
                    while !over.load(Ordering::Relaxed) {
                        look();
                        sleep(PERIOD).await;
                    }
                });
            });
        }
        let seen = both.compare(rounds, CALLS, 100);
        over.store(true, Ordering::Relaxed);
        seen
    })
}

/// How long single calls take, of 64 in flight that all meet their deadline.
fn tail(rounds: usize) {
    println!("\n### Latency of calls that meet their deadline, 64 in flight on two threads\n");
    println!("| | p50 | p99 | p99.9 |\n|---|---:|---:|---:|");
    let both = Both::on(threads(2));
    let (ours, theirs) = (Times::default(), Times::default());
    for _ in 0..rounds {
        both.run(&both.bound, 64, |it| {
            in_scopes(it, 200, Times::clone(&ours))
        });
        both.run(&both.raw, 64, |it| by_hand(it, 200, Times::clone(&theirs)));
    }
    for (name, times) in [("in a scope", ours), ("by hand", theirs)] {
        let mut nanos = times.lock().expect("no panic");
        let [p50, p99, p999] = [0.5, 0.99, 0.999].map(|part| quantile(&mut nanos, part) / 1e3);
        println!("| {name} | {p50:.0} µs | {p99:.0} µs | {p999:.0} µs |");
    }
}

fn heading(title: &str, axis: &str, ours: &str, theirs: &str) {
    println!("\n### {title}\n");
    println!("| {axis} | {ours} | {theirs} | ratio |\n|---|---:|---:|---:|");
}

fn line(axis: impl std::fmt::Display, seen: &Compared) {
    let (ours, theirs) = (seen.nanos.0 / 1e3, seen.nanos.1 / 1e3);
    println!(
        "| {axis} | {ours:.2} µs | {theirs:.2} µs | {:.3} |",
        seen.ratio
    );
}

fn threads(n: usize) -> Runtime {
    let runtime = Builder::new_multi_thread()
        .worker_threads(n)
        .enable_all()
        .build();
    runtime.expect("a runtime")
}
