//! The close of a scope with many bonds.

use std::{future::pending, time::Duration};

use tokio::{task::JoinSet, time::Instant};
use tonic::Status;
use tonic_scope::Scope;

use crate::work::world::one_thread;

/// How long the close of a scope with so many tasks takes.
pub(crate) fn of_a_scope(bonds: usize) -> Duration {
    one_thread().block_on(async {
        let mut start = Instant::now();
        let closed = Scope::builder("many").run(async {
            let scope = Scope::current().expect("inside the scope");
            for _ in 0..bonds {
                drop(scope.spawn(pending::<()>()));
            }
            // Every task is polled before the close, as tasks in use have been.
            tokio::task::yield_now().await;
            start = Instant::now();
            Ok::<_, Status>(())
        });
        closed.await.expect("no error");
        start.elapsed()
    })
}

/// The same for a set of tasks, which is what one would write by hand.
pub(crate) fn of_a_join_set(bonds: usize) -> Duration {
    one_thread().block_on(async {
        let mut tasks = JoinSet::new();
        for _ in 0..bonds {
            tasks.spawn(pending::<()>());
        }
        tokio::task::yield_now().await;
        let start = Instant::now();
        tasks.shutdown().await;
        start.elapsed()
    })
}
