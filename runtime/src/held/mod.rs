//! What the owner of a scope streams from, once its handler has returned.
//!
//! The limits of the scope hold while nobody polls: it has a driver of its own,
//! and the value can be dropped from outside (invariant 10). A timeout that is
//! polled inside a stream can do neither.

mod driver;
mod owned;
mod value;

pub(crate) use self::owned::{Owned, Yield};
