//! Limits for one call, said where the call is made.
//!
//! tokio's `timeout` ends a future here and tells nobody; a limit of a call is
//! also what its peer is told.

mod future;
mod limits;

pub(crate) use self::limits::said;
pub use self::{
    future::{FutureExt, Limited},
    limits::Limits,
};
