//! Peers that restart at random under callers that come and go.
//!
//! ```text
//! SOAK=60 cargo test --release -p tonic-scope-tests --test pool soak -- --nocapture
//! ```
//!
//! `SOAK` is how long, in seconds; without it, as many restarts as a test has
//! time for.

use std::{
    env,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
    time::Duration,
};

use tokio::{task::JoinSet, time::Instant};
use tonic::Status;
use tonic_scope::{Scope, pool::Pool};
use tonic_scope_tests::{Apart, Host, settles, shapes::Ask};

use super::harness::{client, out};

const PEERS: usize = 4;
const PER_KEY: usize = 2;
const IN_ALL: usize = 6;

#[derive(Default)]
struct Outcomes {
    answered: AtomicU64,
    failed: AtomicU64,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn peers_that_restart_at_random_lose_no_lease_and_leave_nothing() {
    let seconds = env::var("SOAK").ok().map(|it| it.parse().expect("seconds"));
    let until = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let pool = Pool::builder()
        .connections(IN_ALL)
        .connections_per_key(PER_KEY)
        .leases_per_connection(4)
        .back_off(Duration::from_millis(1), Duration::from_millis(20))
        .age(Duration::from_millis(500))
        .idle(Duration::from_millis(200))
        .build()
        .unwrap();
    let mut hosts = Vec::new();
    for _ in 0..PEERS {
        hosts.push(Host::start().await);
    }
    let stop = Arc::new(AtomicBool::new(false));
    let outcomes = Arc::new(Outcomes::default());
    // Callers in a runtime of their own: what they leave behind is what is
    // counted there.
    let callers = Apart::new("callers");
    let mut running = JoinSet::new();
    for number in 0..32 {
        let urls: Vec<String> = hosts.iter().map(Host::url).collect();
        let (pool, stop, outcomes) = (pool.clone(), Arc::clone(&stop), Arc::clone(&outcomes));
        running.spawn_on(
            async move {
                let mut turn = number;
                while !stop.load(SeqCst) {
                    turn += 1;
                    // Several leases in a row at one peer, and some elsewhere.
                    let url = &urls[turn / 5 % PEERS];
                    match call(&pool, url).await {
                        Ok(()) => outcomes.answered.fetch_add(1, SeqCst),
                        Err(_) => outcomes.failed.fetch_add(1, SeqCst),
                    };
                    limits_hold(&pool);
                    tokio::task::yield_now().await;
                }
            },
            callers.handle(),
        );
    }

    let mut restarts = 0_usize;
    while until.map_or(restarts < 20, |until| Instant::now() < until) {
        let chosen = fastrand::usize(..PEERS);
        hosts[chosen].stop();
        tokio::time::sleep(Duration::from_millis(fastrand::u64(..30))).await;
        hosts[chosen].restart().await;
        restarts += 1;
        let answered = outcomes.answered.load(SeqCst);
        // Each time somebody gets through before the next one goes down.
        let on = || outcomes.answered.load(SeqCst) > answered;
        assert!(settles(on, true).await, "callers have come to a stop");
        limits_hold(&pool);
    }
    stop.store(true, SeqCst);
    running.join_all().await;

    let (answered, failed) = (outcomes.answered.load(SeqCst), outcomes.failed.load(SeqCst));
    let counts = pool.snapshot().counts;
    println!("{restarts} restarts, {answered} calls answered, {failed} failed, {counts:?}");
    assert_eq!(settles(|| out(&pool), 0).await, 0, "leases are all back");
    let snapshot = pool.snapshot();
    assert!(snapshot.keys.iter().all(|key| key.waiting == 0));

    pool.close().await;
    assert_eq!(pool.snapshot().sockets, 0);
    let open = || hosts.iter().map(Host::connections).sum::<usize>();
    assert_eq!(settles(open, 0).await, 0, "connections");
    let alive = || callers.handle().metrics().num_alive_tasks();
    assert_eq!(settles(alive, 0).await, 0, "tasks");
}

/// As counted where sockets are opened and closed: a peer notices the end of one
/// later than that.
fn limits_hold(pool: &Pool) {
    let snapshot = pool.snapshot();
    assert!(snapshot.sockets <= IN_ALL, "{snapshot:?}");
    let of_keys = snapshot.keys.iter();
    assert!(
        of_keys.clone().all(|key| key.sockets <= PER_KEY),
        "{snapshot:?}"
    );
    assert_eq!(
        of_keys.map(|key| key.sockets).sum::<usize>(),
        snapshot.sockets
    );
}

async fn call(pool: &Pool, url: &str) -> Result<(), Status> {
    let scope = Scope::builder("call").timeout(Duration::from_secs(10));
    let body = async {
        let mut client = client(pool, url).await?;
        client.unary(Ask::default()).await?;
        Ok(())
    };
    scope.run(body).await
}
