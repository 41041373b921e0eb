use std::future::{Future, IntoFuture};

use crate::{
    limited::{FutureExt as _, Limits},
    scope::Fallible,
};

/// `#[call(..)]` before an awaited `future`.
#[track_caller]
pub fn call<F>(future: F, limits: Limits) -> impl Future<Output = F::Output>
where
    F: IntoFuture,
    F::Output: Limitable,
{
    future.into_future().limited(limits)
}

/// What a call under limits yields.
#[diagnostic::on_unimplemented(
    message = "`#[call]` cannot limit a future of `{Self}`",
    label = "cannot say that its time is over",
    note = "a call that runs out of time answers with an error: let the future yield a \
            `Result<_, E>` where `E: From<tonic_scope::ScopeError>`, as every gRPC call does, or \
            use `tokio::time::timeout`"
)]
pub trait Limitable: Fallible {}

#[diagnostic::do_not_recommend]
impl<T: Fallible> Limitable for T {}
