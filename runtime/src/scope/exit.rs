use super::Owner;
use crate::{error::ScopeError, lifecycle::CloseReason};

/// How the result of a body leaves its scope.
pub trait Exit<T> {
    /// What the caller of the function gets.
    type Output;

    /// Whether the scope may outlive the body, in a stream.
    const STREAMING: bool;

    /// The result for a body that was ended, or never begun.
    fn refuse(error: ScopeError) -> Self::Output;

    /// Takes the body's result. An owner that comes back is closed, for the
    /// reason beside it, before the result is handed on; one that does not
    /// come back has moved into the result.
    fn leave(result: T, owner: Owner) -> (Self::Output, Option<(Owner, CloseReason)>);
}

/// The result is a value: the scope closes before it is handed on.
#[derive(Clone, Copy, Debug)]
pub struct Value;

impl<R: Fallible> Exit<R> for Value {
    type Output = R;

    const STREAMING: bool = false;

    fn refuse(error: ScopeError) -> R {
        R::from_error(R::ended(error))
    }

    fn leave(result: R, owner: Owner) -> (R, Option<(Owner, CloseReason)>) {
        let reason = result.reason();
        (result, Some((owner, reason)))
    }
}

/// A result that can say that its scope was ended.
///
/// On its own, and not a bound in the impls above, so that a result that cannot
/// is told in these words.
#[diagnostic::on_unimplemented(
    message = "a scoped function cannot return `{Self}`",
    label = "cannot say that the scope was ended",
    note = "a scope that is ended from outside (deadline, cancellation) answers with an error: \
            return a `Result<_, E>` where `E: From<tonic_scope::ScopeError>`, such as \
            `tonic::Status`, `anyhow::Error` or `Box<dyn Error + Send + Sync>`"
)]
pub trait Fallible: Sized {
    /// The error in it.
    type Error;

    /// The error that says so.
    fn ended(error: ScopeError) -> Self::Error;

    /// The result with an error.
    fn from_error(error: Self::Error) -> Self;

    /// Why the scope of a body with this result closes.
    fn reason(&self) -> CloseReason;
}

#[diagnostic::do_not_recommend]
impl<T, E: From<ScopeError>> Fallible for Result<T, E> {
    type Error = E;

    fn ended(error: ScopeError) -> E {
        error.into()
    }

    fn from_error(error: E) -> Self {
        Err(error)
    }

    fn reason(&self) -> CloseReason {
        match self {
            Ok(_) => CloseReason::Completed,
            Err(_) => CloseReason::Failed,
        }
    }
}
