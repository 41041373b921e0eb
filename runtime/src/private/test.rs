use super::Probe;
use crate::{
    scope::Run,
    testing::{LeakCheck, exit::Test},
};

/// Runs a test, and then looks for what it has left behind, unless it has failed
/// anyway.
pub async fn checked<F: Future>(
    check: LeakCheck,
    run: Run<Test, F, F::Output>,
    failed: impl FnOnce(&F::Output) -> bool,
) -> F::Output {
    let guard = check.of(run.scope());
    let result = run.await;
    if failed(&result) {
        guard.forgo();
    } else {
        guard.finish().await;
    }
    result
}

/// For a result.
pub trait Failed {
    /// Whether it is an error.
    fn tonic_scope_failed(&self) -> bool;
}

impl<T, E> Failed for &Probe<'_, Result<T, E>> {
    fn tonic_scope_failed(&self) -> bool {
        self.0.is_err()
    }
}

/// For anything else.
pub trait NotFailed {
    /// It is none, as far as anybody can tell.
    fn tonic_scope_failed(&self) -> bool;
}

impl<T> NotFailed for Probe<'_, T> {
    fn tonic_scope_failed(&self) -> bool {
        false
    }
}
