//! What a snapshot of many live scopes costs, and for how long it keeps others waiting.
//!
//! ```text
//! cargo run --release --example snapshot -- --scopes 100000
//! ```
//!
//! Every scope has a task, and one thread opens them all: that is the worst case, for they are then
//! in the same of the lists that a snapshot reads. That thread goes on to open and end scopes, one
//! after the other, while another takes snapshots, and again while it takes none. What takes
//! longer meanwhile is the pause. First each scope is a root; then all are within one, whose own
//! list is as long, and in whose way the snapshot is as well.

mod waits;

use std::{future::pending, thread, time::Duration};

use clap::Parser;
use memory_stats::memory_stats;
use tokio::{
    runtime::Handle,
    sync::oneshot,
    task::{JoinSet, yield_now},
    time::Instant,
};
use tonic_scope::{Scope, ScopeBuilder, ScopeError, monitor};

use self::waits::Waits;

#[derive(Parser)]
struct Args {
    /// How many scopes live.
    #[arg(long, default_value_t = 100_000)]
    scopes: usize,
    /// How many snapshots are taken.
    #[arg(long, default_value_t = 20)]
    snapshots: usize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let args = Args::parse();
    println!("{} scopes, each a root", args.scopes);
    report(&args, None).await;

    println!("{} scopes within one", args.scopes);
    let (tell, told) = oneshot::channel();
    let holder = tokio::spawn(Scope::builder("holder").no_timeout().run(async {
        let _ = tell.send(Scope::current().expect("in a scope"));
        pending::<Result<(), ScopeError>>().await
    }));
    let scope = told.await.expect("it runs");
    report(&args, Some(&scope)).await;
    holder.abort();
}

async fn report(args: &Args, within: Option<&Scope>) {
    let before = monitor::live_scopes();
    let mut alive = JoinSet::new();
    for _ in 0..args.scopes {
        alive.spawn(scope("one of many", within).run(async {
            Scope::current().expect("in a scope").spawn(pending::<()>());
            pending::<Result<(), ScopeError>>().await
        }));
    }
    // A scope opens when it is made; its task is there when it has been polled.
    while Handle::current().metrics().num_alive_tasks() < 2 * args.scopes {
        yield_now().await;
    }

    let bytes = bytes_of_one(args.snapshots);
    let mut times: Vec<_> = (0..args.snapshots)
        .map(|_| time(monitor::snapshot))
        .collect();
    times.sort();
    let as_table = time(|| monitor::snapshot().to_string());
    let as_json = time(|| serde_json::to_vec(&monitor::snapshot()).expect("no map has odd keys"));
    let median = times[times.len() / 2];
    println!(
        "  a snapshot            {median:.1?}, {:.1?} at most, {bytes} bytes",
        times[times.len() - 1]
    );
    println!("  taken and written     {as_table:.1?} as a table, {as_json:.1?} as JSON");

    let all: Duration = times.iter().sum();
    let snapshots = args.snapshots;
    let calm = waits(within, move || thread::sleep(all)).await;
    let during = waits(within, move || {
        (0..snapshots).for_each(|_| drop(monitor::snapshot()));
    })
    .await;
    println!("  a brief scope         {calm}");
    println!("    during snapshots    {during}");

    alive.shutdown().await;
    while monitor::live_scopes() > before {
        yield_now().await;
    }
}

fn scope(name: &'static str, within: Option<&Scope>) -> ScopeBuilder {
    let scope = within.map_or_else(|| Scope::builder(name), |outer| outer.child(name));
    scope.no_timeout()
}

/// By what the process grows, if so many are kept.
fn bytes_of_one(snapshots: usize) -> usize {
    let resident = || memory_stats().map_or(0, |memory| memory.physical_mem);
    let before = resident();
    let kept: Vec<_> = (0..snapshots).map(|_| monitor::snapshot()).collect();
    resident().saturating_sub(before) / kept.len()
}

fn time<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    let result = work();
    let took = start.elapsed();
    drop(result);
    took
}

/// How long each of the scopes takes that are opened and ended here while another thread works.
async fn waits(within: Option<&Scope>, work: impl FnOnce() + Send + 'static) -> Waits {
    let worker = thread::spawn(work);
    let mut waits = Waits::default();
    while !worker.is_finished() {
        let brief = scope("brief", within).run(async { Ok::<_, ScopeError>(()) });
        let start = Instant::now();
        let ended = brief.await;
        waits.add(start.elapsed());
        ended.expect("nothing ends it");
    }
    worker.join().expect("does not panic");
    waits
}
