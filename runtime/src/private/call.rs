use std::future::IntoFuture;

use crate::limited::{FutureExt as _, Limited, Limits};

/// `#[call(..)]` before an awaited `future`.
#[track_caller]
pub fn call<F: IntoFuture>(future: F, limits: Limits) -> Limited<F::IntoFuture> {
    future.into_future().limited(limits)
}
