use std::{fmt, marker::PhantomData};

use futures::Stream;
use tonic::Response;

use crate::{
    error::ScopeError,
    lifecycle::CloseReason,
    scope::{Exit, Owner},
    stream::{Bindable, ScopedStream},
};

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

/// The result is a response with a stream: the stream owns the scope from then
/// on, and its type changes.
#[derive(Clone, Copy, Debug)]
pub struct Streaming;

impl<S, E> Exit<Result<Response<S>, E>> for Streaming
where
    S: Stream + Send + 'static,
    Result<Response<S>, E>: Fallible<Error = E>,
{
    type Output = Result<Response<ScopedStream<S>>, E>;

    const STREAMING: bool = true;

    fn refuse(error: ScopeError) -> Self::Output {
        Err(Result::<Response<S>, E>::ended(error))
    }

    fn leave(
        result: Result<Response<S>, E>,
        owner: Owner,
    ) -> (Self::Output, Option<(Owner, CloseReason)>) {
        leave_bound(
            result.map(|response| response.map(ScopedStream::new)),
            owner,
        )
    }
}

/// The result holds a stream that is bound in place.
#[derive(Clone, Copy, Debug)]
pub struct Bound;

impl<T: Bindable, E> Exit<Result<T, E>> for Bound
where
    Result<T, E>: Fallible<Error = E>,
{
    type Output = Result<T, E>;

    const STREAMING: bool = true;

    fn refuse(error: ScopeError) -> Self::Output {
        Err(Result::<T, E>::ended(error))
    }

    fn leave(result: Result<T, E>, owner: Owner) -> (Self::Output, Option<(Owner, CloseReason)>) {
        leave_bound(result, owner)
    }
}

fn leave_bound<T: Bindable, E>(
    result: Result<T, E>,
    owner: Owner,
) -> (Result<T, E>, Option<(Owner, CloseReason)>) {
    match result {
        Ok(stream) => {
            let (stream, back) = stream.bind(owner);
            (
                Ok(stream),
                back.map(|owner| (owner, CloseReason::Completed)),
            )
        }
        Err(error) => (Err(error), Some((owner, CloseReason::Failed))),
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

/// Asks how a function's result leaves its scope.
pub struct ModeOf<T>(PhantomData<fn() -> T>);

impl<T> ModeOf<T> {
    /// The question.
    pub const NEW: Self = Self(PhantomData);
}

impl<T> fmt::Debug for ModeOf<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ModeOf")
    }
}

/// For a stream that is bound in place.
pub trait ModeBound {
    /// [`Bound`].
    fn mode(&self) -> Bound;
}

impl<T: Bindable, E> ModeBound for &&ModeOf<Result<T, E>> {
    fn mode(&self) -> Bound {
        Bound
    }
}

/// For any other stream: [`Bound`] as well, which then does not compile.
pub trait ModeStream {
    /// [`Bound`].
    fn mode(&self) -> Bound;
}

impl<S: Stream, E> ModeStream for &ModeOf<Result<Response<S>, E>> {
    fn mode(&self) -> Bound {
        Bound
    }
}

/// For everything else: it is a value, as far as anybody can tell.
pub trait ModeValue {
    /// [`Value`].
    fn mode(&self) -> Value;
}

impl<T> ModeValue for ModeOf<T> {
    fn mode(&self) -> Value {
        Value
    }
}
