//! Streams that own the scope of the handler that returned them.
//!
//! After the handler has returned, the stream is the scope's owner: the scope
//! closes when the stream ends, fails or is dropped. Unlike a timeout that is
//! polled inside a stream, its limits hold while nobody polls it: the scope has
//! a driver of its own, and the user's stream can be dropped from outside
//! (invariant 10).

mod bind;
mod driver;
mod owned;
mod progress;
mod scoped;

pub(crate) use self::bind::Bindable;
pub use self::scoped::ScopedStream;
