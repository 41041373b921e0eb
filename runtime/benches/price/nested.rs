//! Scopes within scopes.

use std::{pin::Pin, time::Duration};

use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic_scope::Scope;

type Boxed<'a> = Pin<Box<dyn Future<Output = Result<(), Status>> + 'a>>;

const TIMEOUT: Duration = Duration::from_secs(2);

/// So many scopes, the innermost of which gives way once.
pub(crate) fn in_scopes<'a>(depth: u32) -> Boxed<'a> {
    Box::pin(async move {
        let Some(depth) = depth.checked_sub(1) else {
            tokio::task::yield_now().await;
            return Ok(());
        };
        let inner = async move { in_scopes(depth).await };
        Scope::builder("level").timeout(TIMEOUT).run(inner).await
    })
}

/// As many timeouts and tokens.
pub(crate) fn by_hand(depth: u32, outer: &CancellationToken) -> Boxed<'_> {
    Box::pin(async move {
        let Some(depth) = depth.checked_sub(1) else {
            tokio::task::yield_now().await;
            return Ok(());
        };
        let token = outer.child_token();
        let _ends = token.clone().drop_guard();
        let inner = token.run_until_cancelled(by_hand(depth, &token));
        match timeout(TIMEOUT, inner).await {
            Ok(Some(result)) => result,
            Ok(None) => Err(Status::cancelled("ended")),
            Err(_) => Err(Status::deadline_exceeded("2 s are over")),
        }
    })
}
