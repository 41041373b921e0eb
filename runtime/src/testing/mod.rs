#![doc = include_str!("../../docs/testing.md")]

mod check;
pub(crate) mod exit;
mod guard;
mod report;
mod search;

pub use self::{
    check::LeakCheck,
    guard::LeakGuard,
    report::{Leak, Leaks},
};

/// Runs `body` in a scope of its own, and panics if something is left of it: see
/// [`LeakCheck::run`].
///
/// # Cancel safety
///
/// Dropping the future closes the scope; nothing is checked then.
///
/// # Panics
///
/// There are leaks: the message names them, with their places.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let answer = tonic_scope::testing::no_leaks(async {
///     tonic_scope::spawn(std::future::pending::<()>()); // ends with the scope
///     42
/// })
/// .await;
/// assert_eq!(answer, 42);
/// # }
/// ```
#[track_caller]
pub fn no_leaks<F: Future>(body: F) -> impl Future<Output = F::Output> {
    LeakCheck::new().run(body)
}
