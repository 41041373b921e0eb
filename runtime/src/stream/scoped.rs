use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use futures::Stream;

use crate::{
    error::ScopeError,
    held::{Owned, Yield},
    lifecycle::CloseReason,
    scope::Owner,
};

/// A stream that can own the scope of the handler that returns it.
///
/// `#[scoped]` on an `impl` block wraps the stream types of its methods in this
/// one. On a single function the returned stream is bound if it is a
/// `ScopedStream`, made with [`new`](Self::new), or a boxed stream. From the
/// return on, the scope lives as long as the stream does:
///
/// - it closes when the stream ends, yields an error or is dropped, and all
///   that is bound to it ends first;
/// - when the scope is closed otherwise (deadline, `idle`, cancellation), the
///   inner stream is dropped there and then, polled or not, and this one yields
///   the error, once, and then `None`.
///
/// Before it is returned from a scoped function it passes everything through.
///
/// # Cancel safety
///
/// Dropping it drops the inner stream and closes the scope.
///
/// # Examples
///
/// ```
/// use futures::{StreamExt as _, stream};
/// use tonic::Status;
/// use tonic_scope::{ScopedStream, scoped};
///
/// type Numbers = stream::Iter<std::vec::IntoIter<Result<u64, Status>>>;
///
/// #[scoped(idle = "30s")]
/// async fn numbers() -> Result<ScopedStream<Numbers>, Status> {
///     Ok(ScopedStream::new(stream::iter(vec![Ok(1), Ok(2)])))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Status> {
/// let mut numbers = numbers().await?;
/// assert_eq!(numbers.next().await.transpose()?, Some(1));
/// drop(numbers); // closes the scope
/// # Ok(())
/// # }
/// ```
#[must_use = "streams do nothing unless polled"]
pub struct ScopedStream<S: Stream> {
    kind: Kind<S>,
}

/// ## `Free => Owner`
enum Kind<S: Stream> {
    Free(Pin<Box<S>>),
    Owner(Owned<Pin<Box<S>>, S::Item>),
}

impl<S: Stream> ScopedStream<S> {
    /// Wraps a stream that a scoped function is about to return.
    pub fn new(stream: S) -> Self {
        Self {
            kind: Kind::Free(Box::pin(stream)),
        }
    }
}

impl<S: Stream + Send + 'static> ScopedStream<S> {
    /// Makes the stream the owner of a scope. One that has an owner keeps it,
    /// and the new scope is closed: the stream came out of another handler.
    pub(crate) fn owning(self, owner: Owner) -> (Self, Option<Owner>) {
        match self.kind {
            Kind::Free(stream) => {
                let kind = Kind::Owner(Owned::new(stream, owner));
                (Self { kind }, None)
            }
            Kind::Owner(_) => (self, Some(owner)),
        }
    }
}

impl<S, T, E> Stream for ScopedStream<S>
where
    S: Stream<Item = Result<T, E>> + Send + 'static,
    E: From<ScopeError>,
{
    type Item = Result<T, E>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match &mut self.get_mut().kind {
            Kind::Free(stream) => stream.as_mut().poll_next(cx),
            Kind::Owner(owned) => owned.poll_next(
                cx,
                |stream, cx| stream.as_mut().poll_next(cx).map(outcome),
                |error| Err(error.into()),
            ),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.kind {
            Kind::Free(stream) => stream.size_hint(),
            Kind::Owner(owned) if owned.has_ended() => (0, Some(0)),
            // One more than the stream's own, for an error of ours.
            Kind::Owner(owned) => match owned.with(|stream| stream.size_hint()) {
                Ok((_, most)) => (0, most.and_then(|most| most.checked_add(1))),
                Err(_) => (0, Some(1)),
            },
        }
    }
}

/// What follows an error is not polled.
fn outcome<T, E>(next: Option<Result<T, E>>) -> Yield<Result<T, E>> {
    match next {
        Some(Ok(message)) => Yield::Message(Ok(message)),
        Some(Err(error)) => Yield::Last(CloseReason::Failed, Some(Err(error))),
        None => Yield::Last(CloseReason::Completed, None),
    }
}

impl<S: Stream> fmt::Debug for ScopedStream<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Free(_) => f.write_str("ScopedStream::Free"),
            Kind::Owner(owned) => f.debug_tuple("ScopedStream").field(owned).finish(),
        }
    }
}
