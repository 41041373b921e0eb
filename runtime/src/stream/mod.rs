//! Streams that own the scope of the handler that returned them.
//!
//! After the handler has returned, the stream is the scope's owner: the scope
//! closes when the stream ends, fails or is dropped.

mod bind;
mod scoped;

pub(crate) use self::bind::Bindable;
pub use self::scoped::ScopedStream;
