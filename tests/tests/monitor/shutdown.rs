//! The one reason for which a scope closes that befalls a whole process.

use std::{future::pending, time::Duration};

use metrics_util::debugging::DebugValue;
use tonic_scope::{
    CloseReason, Scope, ScopeError,
    monitor::{Totals, totals},
    shutdown,
};
use tonic_scope_tests::Process;

use crate::metrics::{of, recorded};

const LIMIT: Duration = Duration::from_secs(60);

#[test]
fn scopes_that_a_shutdown_ends_are_counted_as_such() {
    Process::alone(
        "shutdown::scopes_that_a_shutdown_ends_are_counted_as_such",
        async {
            let over = Scope::builder("over").run(async { Ok::<_, ScopeError>(()) });
            over.await.unwrap();
            let outer = Scope::builder("outer").timeout(LIMIT).run(async {
                let inner = Scope::builder("inner").timeout(LIMIT);
                inner.run(pending::<Result<(), ScopeError>>()).await
            });
            let outer = tokio::spawn(outer);
            while totals().opened < 3 {
                tokio::task::yield_now().await;
            }
            assert_eq!(of_shutdown(&totals()), 0);

            let left = shutdown(LIMIT).await;
            assert!(left.is_empty(), "{left}");
            outer.await.unwrap().unwrap_err();
            let counted = totals();
            assert_eq!(of_shutdown(&counted), 2);
            assert_eq!(counted.closed.of(CloseReason::Completed), 1);
            assert_eq!(counted.closed.sum(), counted.opened);

            let recorded = recorded();
            let closed = |label| of(&recorded, "tonic_scope.scopes.closed", label);
            assert_eq!(*closed("shutdown"), DebugValue::Counter(2));
            assert_eq!(*closed("completed"), DebugValue::Counter(1));
            assert_eq!(*closed("cancelled"), DebugValue::Counter(0));
        },
    );
}

fn of_shutdown(totals: &Totals) -> u64 {
    totals.closed.of(CloseReason::Shutdown)
}
