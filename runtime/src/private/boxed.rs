//! Bodies whose futures are boxed, as `async_trait` boxes those of its methods.
//!
//! Functions and not futures of the generated code's own: a future more for each
//! handler is the dearest part of what the attribute costs the compiler, and here
//! that is checked once for all of them.

#![allow(
    clippy::needless_pass_by_value,
    reason = "the mode is a tag: its type says all"
)]
#![allow(
    clippy::inline_always,
    reason = "a body is large, and each call moves it"
)]

use std::{future::Future, pin::Pin};

use futures::Stream;
use tonic::Response;

use super::{Caller, Streaming, mode::Bound};
use crate::{
    scope::{Annotation, Entry, Exit, Fallible, Value},
    stream::Bindable,
};

/// Runs the body of an annotated method in a scope that opens with the first poll.
#[inline(always)]
pub fn boxed<'a, T, M, F>(
    annotation: &'static Annotation,
    caller: Caller,
    mode: M,
    body: F,
) -> Pin<Box<dyn Future<Output = M::Output> + Send + 'a>>
where
    F: Future<Output = T> + Send + 'a,
    M: ExitSend<'a, T>,
{
    let _: M = mode;
    M::boxed(Entry::new(annotation, caller.deadline(), body))
}

/// The same for a future that stays on its thread.
#[inline(always)]
pub fn boxed_local<'a, T, M, F>(
    annotation: &'static Annotation,
    caller: Caller,
    mode: M,
    body: F,
) -> Pin<Box<dyn Future<Output = M::Output> + 'a>>
where
    F: Future<Output = T> + 'a,
    M: Exit<T, Output: 'a> + 'static,
{
    let _: M = mode;
    Box::pin(Entry::<M, _, _>::new(annotation, caller.deadline(), body))
}

/// A result that can wait for the end of its scope on any thread.
///
/// A trait and not a bound on the result, so that the compiler sees here, for all
/// types at once, that a response with a [`ScopedStream`](crate::ScopedStream) can.
pub trait ExitSend<'a, T>: Exit<T> {
    /// The future as one of many.
    fn boxed<F>(
        entry: Entry<Self, F, Self::Output>,
    ) -> Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>
    where
        Self: Sized,
        F: Future<Output = T> + Send + 'a;
}

macro_rules! boxed {
    ($result:ty) => {
        #[inline(always)]
        fn boxed<F>(
            entry: Entry<Self, F, Self::Output>,
        ) -> Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>
        where
            F: Future<Output = $result> + Send + 'a,
        {
            Box::pin(entry)
        }
    };
}

impl<'a, R: Fallible + Send + 'a> ExitSend<'a, R> for Value {
    boxed!(R);
}

impl<'a, T, E> ExitSend<'a, Result<T, E>> for Bound
where
    T: Bindable + Send + 'a,
    E: Send + 'a,
    Result<T, E>: Fallible<Error = E>,
{
    boxed!(Result<T, E>);
}

impl<'a, S, E> ExitSend<'a, Result<Response<S>, E>> for Streaming
where
    S: Stream<Item: Send> + Send + 'static,
    E: Send + 'a,
    Result<Response<S>, E>: Fallible<Error = E>,
{
    boxed!(Result<Response<S>, E>);
}
