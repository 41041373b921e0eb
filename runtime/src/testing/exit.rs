use crate::{
    error::ScopeError,
    lifecycle::CloseReason,
    scope::{Exit, Owner},
};

/// The result of a test: it need not be one that can say that the scope was
/// ended, for a test can fail without.
#[derive(Clone, Copy, Debug)]
pub struct Test;

impl<T> Exit<T> for Test {
    type Output = T;

    const STREAMING: bool = false;

    fn refuse(error: ScopeError) -> T {
        panic!("the test did not end in time: {error}");
    }

    fn leave(result: T, owner: Owner) -> (T, Option<(Owner, CloseReason)>) {
        (result, Some((owner, CloseReason::Completed)))
    }
}
