//! What a snapshot of many live scopes costs, and for how long it keeps others waiting.
//!
//! ```text
//! cargo run --release --example snapshot -- --scopes 100000
//! ```
//!
//! Every scope has a task. Meanwhile a thread opens and ends scopes of its own, one after the
//! other, for as long with snapshots being taken as without: the longest that one of them took is
//! the pause.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use clap::Parser;
use futures::executor::block_on;
use tokio::time::Instant;
use tonic_scope::{Scope, ScopeError, monitor};

#[derive(Parser)]
struct Args {
    /// How many scopes live.
    #[arg(long, default_value_t = 100_000)]
    scopes: usize,
    /// How many snapshots are taken.
    #[arg(long, default_value_t = 10)]
    snapshots: u32,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let args = Args::parse();
    for _ in 0..args.scopes {
        tokio::spawn(Scope::builder("one of many").no_timeout().run(async {
            Scope::current().expect("in a scope").spawn(pending::<()>());
            pending::<Result<(), ScopeError>>().await
        }));
    }
    while monitor::live_scopes() < args.scopes {
        tokio::task::yield_now().await;
    }

    let mut times: Vec<_> = (0..args.snapshots)
        .map(|_| time(monitor::snapshot).0)
        .collect();
    times.sort();
    let all: Duration = times.iter().sum();
    let (alone, calm) = longest(|| thread::sleep(all));
    let (paused, with) = longest(|| {
        for _ in 0..args.snapshots {
            drop(monitor::snapshot());
        }
    });
    let (table, text) = time(|| monitor::snapshot().to_string());
    let (totals, _) = time(monitor::totals);
    let scopes = args.scopes;
    println!("live scopes           {scopes}");
    println!("snapshot, median      {:?}", times[times.len() / 2]);
    println!("  as a table          {table:?} ({} bytes)", text.len());
    println!("totals                {totals:?}");
    println!("open and end a scope  {alone:?} at most, of {calm}");
    println!("  during snapshots    {paused:?} at most, of {with}");
}

fn time<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let result = work();
    (start.elapsed(), result)
}

/// The longest that it took another thread to open and end a scope during `work`, and how often
/// it did.
fn longest(work: impl FnOnce()) -> (Duration, usize) {
    let over = Arc::new(AtomicBool::new(false));
    let ends = Arc::clone(&over);
    let other = thread::spawn(move || {
        let mut longest = Duration::ZERO;
        let mut times = 0;
        while !ends.load(Ordering::Relaxed) {
            let scope = Scope::builder("brief").no_timeout();
            let run = scope.run(async { Ok::<_, ScopeError>(()) });
            longest = longest.max(time(|| block_on(run)).0);
            times += 1;
        }
        (longest, times)
    });
    work();
    over.store(true, Ordering::Relaxed);
    other.join().expect("does not panic")
}
