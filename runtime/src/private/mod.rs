//! What generated code names. No part of the public API: it changes with the
//! macros, which depend on exactly this version.
//!
//! The traits on [`Probe`] and [`ModeOf`] are autoref dispatch. Of two traits
//! with a method of the same name, method resolution takes the one that fits
//! with fewer steps: generated code calls it on `&&probe`, which fits the one
//! that is implemented for `&Probe` before the one for `Probe`. In generic code
//! it takes the fallback without a word, so each fallback here is one that is
//! right for a type of which nothing is known. The names of those methods are
//! ours alone: a trait of the user's for all types that had one of the same name
//! would be in question as well.

#![allow(
    clippy::unused_self,
    reason = "a method on a tag is how dispatch picks a function"
)]
#![allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "a pool is captured as the reference that it is: see the macros' `pool_of`"
)]

mod boxed;
mod call;
mod caller;
mod channel;
mod connecting;
mod endpoint;
mod held;
mod mode;
mod pool;
mod test;
mod transport;
mod unscoped;

use std::{future::Future, panic::Location};

use tokio::task::JoinHandle;

pub use self::{
    boxed::{ExitSend, boxed, boxed_local},
    call::call,
    caller::{Caller, CallerOf, ViaOther, ViaRequest},
    channel::{balance_channel, balance_list},
    connecting::{ConnectFuture, OtherFuture},
    endpoint::{IsEndpoint, NotEndpoint},
    held::Held,
    mode::{ModeBound, ModeOf, ModeStream, ModeValue, Streaming},
    pool::{
        Address, DEFAULT_POOL, IsDestination, Opaque, OtherDestination, Told, connect, lease, pool,
    },
    test::{Failed, NotFailed, checked},
    transport::{BoundTransport, OtherTransport},
    unscoped::{
        UnscopedDestination, UnscopedOther, spawn_blocking, spawn_thread, unscoped_balance_channel,
        unscoped_balance_list, unscoped_spawn, unscoped_spawn_local,
    },
};
pub use crate::{
    lifecycle::Site,
    limited::Limits as CallLimits,
    scope::{Annotation, Limits, Value},
    stream::ScopedStream,
    testing::{LeakCheck, exit::Test},
};
use crate::{
    scope::{Exit, Owner, Run, Scope},
    task,
};

/// What [`Probe`]'s traits are asked about.
#[derive(Debug)]
pub struct Probe<'a, T: ?Sized>(pub &'a T);

/// Runs the body of an annotated function.
#[allow(
    clippy::needless_pass_by_value,
    reason = "the mode is a tag: its type says all"
)]
#[allow(
    clippy::inline_always,
    reason = "a body is large, and each call moves it"
)]
#[inline(always)]
pub fn run<M, F>(
    site: Site,
    limits: Limits,
    caller: Caller,
    mode: M,
    body: F,
) -> Run<M, F, M::Output>
where
    F: Future,
    M: Exit<F::Output>,
{
    let _: M = mode;
    Run::new(
        Owner::open(site, &limits, caller.deadline(), M::STREAMING),
        body,
    )
}

/// `tokio::spawn(future)`.
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    match Scope::current() {
        Some(scope) => task::spawn_in(&scope, future, Location::caller()),
        None => tokio::spawn(future),
    }
}

/// `tokio::task::spawn_local(future)`.
#[track_caller]
pub fn spawn_local<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    match Scope::current() {
        Some(scope) => task::spawn_local_in(&scope, future, Location::caller()),
        None => tokio::task::spawn_local(future),
    }
}
