//! Counts what is allocated, in a process whose allocator counts; part of the
//! price, which runs it.
//!
//! `NAME...` prints the allocations of each work, `live N` the bytes of so many
//! live scopes.

#[path = "price/work/mod.rs"]
mod work;

use std::{
    env,
    future::{Future as _, pending},
    task::{Context, Waker},
};

use tonic::Status;
use tonic_scope::scoped;

/// Times to warm up, and then so many samples, of which the median tells: about once
/// in fifty calls a connection takes a new buffer.
const WARM_UP: u64 = 1_000;
const SAMPLES: usize = 301;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).filter(|it| it != "--bench").collect();
    if let [live, n] = &*arguments
        && live == "live"
    {
        return live_scopes(n.parse().expect("a number of scopes"));
    }
    for name in arguments {
        let mut work = work::named(&name);
        work.times(WARM_UP);
        // What is done once for all of them does not count.
        let [once, twice] = [1, 2].map(|n| median(&mut work, n));
        println!("{name} {}", twice - once);
    }
}

/// The allocations of a work that is done so many times.
fn median(work: &mut work::Work, times: u64) -> u64 {
    let mut counts: Vec<u64> = (0..SAMPLES)
        .map(|_| allocation_counter::measure(|| work.times(times)).count_total)
        .collect();
    counts.sort_unstable();
    counts[SAMPLES / 2]
}

#[scoped(timeout = "1h")]
async fn waits() -> Result<(), Status> {
    pending().await
}

/// The futures are their callers': what is counted is allocated by their scopes.
fn live_scopes(n: usize) {
    let runtime = work::world::one_thread();
    let _inside = runtime.enter();
    let mut scopes: Vec<_> = (0..n).map(|_| Box::pin(waits())).collect();
    let mut context = Context::from_waker(Waker::noop());
    let seen = allocation_counter::measure(|| {
        for scope in &mut scopes {
            assert!(scope.as_mut().poll(&mut context).is_pending());
        }
    });
    println!("future {}", size_of_val(&*scopes[0]));
    println!("live {}", seen.bytes_current);
}
