//! The rules that the syntax alone can decide, a file each.
//!
//! A rule refuses what it can tell for sure. What it cannot see is bound all
//! the same where it can be bound, or reported when it outlives its scope.

mod blocking;
mod call;
mod client_escapes;
mod client_in_loop;
mod fire_and_forget;
mod leaked;
mod limits;
mod locals;
mod misuse;
mod names;
mod opaque_macro;
mod reserve;
mod streams;
mod turns;
mod unjoinable;
mod walk;

use crate::errors::Errors;
use crate::model::{Method, Model, ScopedFn, ScopedImpl, is_worth_reading};

pub(crate) fn check(model: &Model<'_>, errors: &mut Errors) {
    match model {
        Model::Function(None) => {}
        Model::Function(Some(function)) => {
            limits::contradictions(&function.limits, function.inherit, errors);
            reserve::within_timeout(&function.limits, errors);
            check_function(function, "", errors);
        }
        Model::Impl(block) => methods(block, errors),
    }
}

fn methods(block: &ScopedImpl<'_>, errors: &mut Errors) {
    let args = &block.args;
    limits::contradictions(&args.limits, args.inherit, errors);
    reserve::within_timeout(&args.limits, errors);
    if let Some(limits) = &args.stream {
        limits::contradictions(limits, args.inherit, errors);
        reserve::within_timeout(limits, errors);
    }
    for Method { scoped, own } in &block.methods {
        // What the impl alone gets wrong is told once, above.
        if own.limits.timeout.is_some() || own.limits.idle.is_some() || own.inherit.is_some() {
            limits::contradictions(&scoped.limits, scoped.inherit, errors);
        }
        if own.limits.timeout.is_some() || own.limits.reserve.is_some() {
            reserve::within_timeout(&scoped.limits, errors);
        }
        check_function(scoped, streams::ON_IMPL, errors);
    }
    call::out_of_scope(block, errors);
}

fn check_function(function: &ScopedFn<'_>, elsewhere: &str, errors: &mut Errors) {
    streams::opaque_stream(function, errors);
    streams::unbounded_stream(function, elsewhere, errors);
    client_escapes::returned(function, errors);
    let before = errors.count();
    walk::body(function, errors);
    call::in_scope(function, errors);
    if cfg!(test) {
        assert!(errors.count() == before || is_worth_reading(&function.function.body));
    }
}
