//! `unbounded_stream`, and of `unbound_stream` what the syntax shows.

use crate::args::Rule;
use crate::errors::Errors;
use crate::model::ScopedFn;

pub(super) fn opaque_stream(function: &ScopedFn<'_>, errors: &mut Errors) {
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
pub(super) const ON_IMPL: &str = ", here or in the `stream(..)` of the impl";

pub(super) fn unbounded_stream(function: &ScopedFn<'_>, elsewhere: &str, errors: &mut Errors) {
    let limits = &function.limits;
    let bounded = limits.idle.is_some() || limits.timeout.as_ref().is_some_and(|it| !it.is_none());
    if !function.output.streaming || bounded || function.exempt.allows(Rule::UnboundedStream) {
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
