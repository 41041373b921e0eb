//! The rules that the syntax alone can decide.

mod call;
mod reserve;

use crate::args::Limits;
use crate::errors::Errors;
use crate::model::{Method, Model, ScopedFn, ScopedImpl};

pub(crate) fn check(model: &Model<'_>, errors: &mut Errors) {
    match model {
        Model::Function(None) => {}
        Model::Function(Some(function)) => {
            contradictions(&function.limits, function.inherit, errors);
            reserve::within_timeout(&function.limits, errors);
            opaque_stream(function, errors);
            unbounded_stream(function, "", errors);
            call::in_scope(function, errors);
        }
        Model::Impl(block) => methods(block, errors),
    }
}

fn methods(block: &ScopedImpl<'_>, errors: &mut Errors) {
    let args = &block.args;
    contradictions(&args.limits, args.inherit, errors);
    reserve::within_timeout(&args.limits, errors);
    if let Some(limits) = &args.stream {
        contradictions(limits, args.inherit, errors);
        reserve::within_timeout(limits, errors);
    }
    for Method { scoped, own } in &block.methods {
        // What the impl alone gets wrong is told once, above.
        if own.limits.timeout.is_some() || own.limits.idle.is_some() || own.inherit.is_some() {
            contradictions(&scoped.limits, scoped.inherit, errors);
        }
        if own.limits.timeout.is_some() || own.limits.reserve.is_some() {
            reserve::within_timeout(&scoped.limits, errors);
        }
        opaque_stream(scoped, errors);
        unbounded_stream(scoped, ON_IMPL, errors);
        call::in_scope(scoped, errors);
    }
    call::out_of_scope(block, errors);
}

/// Limits of which one makes another pointless.
fn contradictions(limits: &Limits, inherit: Option<bool>, errors: &mut Errors) {
    let Some(timeout) = &limits.timeout else {
        return;
    };
    if let Some(idle) = &limits.idle
        && let (Some(gap), Some(total)) = (idle.literal(), timeout.literal())
        && gap > total
    {
        let message = format!(
            "`idle` ({}) is longer than `timeout` ({}), which always ends the stream first\n\
             help: shorten the one or lengthen the other",
            humantime::format_duration(gap),
            humantime::format_duration(total),
        );
        errors.at(idle.span, message);
    }
    if timeout.is_none() && inherit == Some(false) {
        errors.at(
            timeout.span,
            "`timeout = none` leaves the caller's deadline, and `inherit = false` takes it away: \
             nothing would end this scope\nhelp: give `timeout` a duration",
        );
    }
}

fn opaque_stream(function: &ScopedFn<'_>, errors: &mut Errors) {
    let Some(span) = function.output.opaque_stream else {
        return;
    };
    errors.at(
        span,
        "an `impl Stream` cannot take the scope along, and unbound it would outlive the deadline\n\
         help: return `Pin<Box<dyn Stream<Item = ..> + Send>>`, or `tonic_scope::ScopedStream<S>` \
         of a stream `S` that has a name",
    );
}

/// Where else the limits of a method can stand.
const ON_IMPL: &str = ", here or in the `stream(..)` of the impl";

fn unbounded_stream(function: &ScopedFn<'_>, elsewhere: &str, errors: &mut Errors) {
    let limits = &function.limits;
    let bounded = limits.idle.is_some() || limits.timeout.as_ref().is_some_and(|it| !it.is_none());
    if !function.output.streaming || bounded {
        return;
    }
    let name = &function.function.sig.ident;
    match &limits.timeout {
        None => errors.at(
            name.span(),
            format!(
                "nothing ends the stream that `{name}` returns while its client stays connected\n\
                 help: limit the gap between two messages with `idle = \"30s\"`, or all of it with \
                 `timeout = \"10m\"`{elsewhere}"
            ),
        ),
        Some(none) => errors.at(
            none.span,
            format!(
                "`timeout = none` leaves the stream that `{name}` returns with the caller's \
                 deadline, and most callers send none for a stream\n\
                 help: add `idle = \"30s\"`, or write `timeout = \"10m\"`"
            ),
        ),
    }
}
