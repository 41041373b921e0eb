//! A scope in which nothing happens.

use std::{hint::black_box, time::Duration};

use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic_scope::scoped;

use super::{Work, world::one_thread};

const TIMEOUT: Duration = Duration::from_secs(2);

#[allow(clippy::unused_async, reason = "it is what is limited")]
async fn body() -> Result<u64, Status> {
    Ok(black_box(42))
}

/// The loop around it.
pub(crate) fn nothing() -> Work {
    let runtime = one_thread();
    Work::new(move |n| {
        runtime.block_on(async {
            for _ in 0..n {
                let _ = black_box(body().await);
            }
        });
    })
}

/// A limit and an end from outside, of tokio's primitives.
pub(crate) fn by_hand() -> Work {
    async fn limited() -> Result<u64, Status> {
        let token = CancellationToken::new();
        let _ends = token.clone().drop_guard();
        match timeout(TIMEOUT, token.run_until_cancelled(body())).await {
            Ok(Some(result)) => result,
            Ok(None) => Err(Status::cancelled("ended")),
            Err(_) => Err(Status::deadline_exceeded("2 s are over")),
        }
    }
    let runtime = one_thread();
    Work::new(move |n| {
        runtime.block_on(async {
            for _ in 0..n {
                let _ = black_box(limited().await);
            }
        });
    })
}

/// A scope.
pub(crate) fn in_scope() -> Work {
    let runtime = one_thread();
    Work::new(move |n| {
        runtime.block_on(async {
            for _ in 0..n {
                let _ = black_box(empty().await);
            }
        });
    })
}

#[scoped(timeout = "2s")]
async fn empty() -> Result<u64, Status> {
    body().await
}
