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

/// How often a work is done, after as many times to warm up; and then twice as
/// often, so that what is done once does not count.
const TIMES: u64 = 1_000;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).filter(|it| it != "--bench").collect();
    if let [live, n] = &*arguments
        && live == "live"
    {
        return live_scopes(n.parse().expect("a number of scopes"));
    }
    for name in arguments {
        let mut work = work::named(&name);
        work.times(TIMES);
        let [once, twice] =
            [TIMES, 2 * TIMES].map(|n| allocation_counter::measure(|| work.times(n)).count_total);
        println!("{name} {}", twice - once);
    }
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
