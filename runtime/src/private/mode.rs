use std::{fmt, marker::PhantomData};

use futures::Stream;
use tonic::Response;

use crate::{
    error::ScopeError,
    lifecycle::CloseReason,
    scope::{Exit, Fallible, Owner, Value},
    stream::{Bindable, ScopedStream},
};

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
    /// `Bound`.
    fn tonic_scope_mode(&self) -> Bound;
}

impl<T: Bindable, E> ModeBound for &&ModeOf<Result<T, E>> {
    fn tonic_scope_mode(&self) -> Bound {
        Bound
    }
}

/// For any other stream: `Bound` as well, which then does not compile.
pub trait ModeStream {
    /// `Bound`.
    fn tonic_scope_mode(&self) -> Bound;
}

impl<S: Stream, E> ModeStream for &ModeOf<Result<Response<S>, E>> {
    fn tonic_scope_mode(&self) -> Bound {
        Bound
    }
}

/// For everything else: it is a value, as far as anybody can tell.
pub trait ModeValue {
    /// [`Value`].
    fn tonic_scope_mode(&self) -> Value;
}

impl<T> ModeValue for ModeOf<T> {
    fn tonic_scope_mode(&self) -> Value {
        Value
    }
}
