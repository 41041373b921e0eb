//! How the price changes with what is done: the tables of `docs/price.md`.

use std::{
    cell::RefCell,
    future::pending,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    runtime::{Builder, Runtime},
    task::{JoinSet, yield_now},
    time::Instant,
};
use tokio_util::sync::CancellationToken;
use tonic_scope::{Scope, ScopeError, Scoped, monitor};

use crate::{
    close, nested,
    rounds::{Compared, compare, per, quantile},
    work::{
        self,
        operator::{self, Look, Operator},
        unary::{self, Bound, Raw},
        world::{World, one_thread},
    },
};

/// A table, and its name.
type Axis = (&'static str, fn(usize));

const AXES: [Axis; 7] = [
    ("in_flight", in_flight),
    ("threads", on_threads),
    ("nesting", nesting),
    ("close", bonds),
    ("monitoring", monitored),
    ("looks", looks),
    ("tail", tail),
];

/// Prints all tables, or those that are named.
pub(crate) fn tables(rounds: usize, names: &[&str]) {
    for (name, table) in AXES {
        if names.is_empty() || names.contains(&name) {
            table(rounds);
        }
    }
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

/// Against the same without an operator, who looks ten and a hundred times as
/// often as the page of a console does.
fn monitored(rounds: usize) {
    // What is looked for is less than what a machine's other work does to a round.
    let rounds = 3 * rounds;
    let every = Duration::from_millis;
    let table = |title, run: &dyn Fn(u64), n| {
        heading(title, "an operator looks at", "watched", "unwatched");
        for (name, look, period) in [
            (
                "snapshots and thresholds, every 10 ms",
                Look::Snapshots,
                every(10),
            ),
            (
                "also metrics and a console, every 100 ms",
                Look::Everything,
                every(100),
            ),
            ("the same, every 10 ms", Look::Everything, every(10)),
        ] {
            let watched = |n| {
                let _operator = Operator::at_work(look, period);
                run(n);
            };
            line(name, &compare(rounds, n, watched, run));
        }
    };
    let both = Both::on(one_thread());
    let calls = |n| {
        both.run(&both.bound, 100, move |it| {
            in_scopes(it, n / 100, Times::default())
        });
    };
    table("Monitoring, 100 calls in flight", &calls, CALLS);
    let scope = RefCell::new(work::named("empty/scope"));
    let empty = |n| scope.borrow_mut().times(n);
    table("Monitoring, an empty scope", &empty, 2_000_000);
}

/// What one look takes, by how much there is to be seen.
fn looks(rounds: usize) {
    println!("\n### A look at so many scopes, each with a task\n");
    println!("| scopes | snapshot | as JSON | metrics |\n|---|---:|---:|---:|");
    let recorded = operator::readings();
    let runtime = one_thread();
    for n in [100, 1_000, 10_000] {
        let alive = runtime.block_on(async {
            let mut alive = JoinSet::new();
            for _ in 0..n {
                alive.spawn(Scope::builder("one of many").run(async {
                    tonic_scope::spawn(pending::<()>());
                    pending::<Result<(), ScopeError>>().await
                }));
            }
            // Each opens its scope and spawns with its first poll.
            yield_now().await;
            alive
        });
        let looks: [fn(); 3] = [
            || drop(monitor::snapshot()),
            || drop(serde_json::to_vec(&monitor::snapshot()).expect("text and numbers")),
            monitor::metrics::record,
        ];
        let [snapshot, json, metrics] = looks.map(|look| {
            let look = |_| {
                let start = Instant::now();
                look();
                per(start.elapsed(), 1_000)
            };
            let mut times: Vec<f64> = (0..20 * rounds).map(look).collect();
            quantile(&mut times, 0.5)
        });
        println!("| {n} | {snapshot:.0} µs | {json:.0} µs | {metrics:.0} µs |");
        drop(recorded.snapshot());
        runtime.block_on(async move { drop(alive) });
    }
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
