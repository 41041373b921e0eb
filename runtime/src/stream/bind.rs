use std::pin::Pin;

use futures::Stream;
use tonic::Response;

use super::ScopedStream;
use crate::{error::ScopeError, scope::Owner};

/// Streams that can be made the owner of a scope without changing their type.
#[diagnostic::on_unimplemented(
    message = "the stream type `{Self}` cannot be bound to the scope of this function",
    label = "would outlive the scope, with nothing to end it",
    note = "box it: return `Pin<Box<dyn Stream<Item = _> + Send>>` and end with `Box::pin(stream)`",
    note = "or wrap it: return `tonic_scope::ScopedStream<S>` and end with `ScopedStream::new(stream)`",
    note = "on an `impl` block, `#[scoped]` wraps the associated stream types by itself"
)]
pub trait Bindable: Sized {
    /// Makes `self` the owner of the scope, or hands the owner back.
    fn bind(self, owner: Owner) -> (Self, Option<Owner>);
}

impl<S: Stream + Send + 'static> Bindable for ScopedStream<S> {
    fn bind(self, owner: Owner) -> (Self, Option<Owner>) {
        self.owning(owner)
    }
}

macro_rules! boxed {
    ($($auto:ident)+) => {
        impl<T, E> Bindable for Pin<Box<dyn Stream<Item = Result<T, E>> $(+ $auto)+>>
        where
            T: $($auto +)+ 'static,
            E: From<ScopeError> $(+ $auto)+ + 'static,
        {
            fn bind(self, owner: Owner) -> (Self, Option<Owner>) {
                let (stream, owner) = ScopedStream::new(self).owning(owner);
                (Box::pin(stream), owner)
            }
        }
    };
}

boxed!(Send);
boxed!(Send Sync);

impl<T: Bindable> Bindable for Response<T> {
    fn bind(self, owner: Owner) -> (Self, Option<Owner>) {
        let (metadata, stream, extensions) = self.into_parts();
        let (stream, owner) = stream.bind(owner);
        (Self::from_parts(metadata, stream, extensions), owner)
    }
}
