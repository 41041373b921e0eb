//! The call that runs a body in its scope.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::token;

use crate::args::{Bound, Limit};
use crate::model::{Form, Mode, Probe, ScopedFn};
use crate::paths;

// Input:
//     body
//
// Output:
//     let (caller, request) = /* the caller's timeout, and the argument again */;
//     let mode = /* how the result leaves: a plain value, or a stream */;
//     run(const { &Site::new("Type::f") }, Limits::new().timeout(..), caller, mode, async move {
//         /* arguments, last first */
//         /* fake return edge */
//         body
//     }).await
//
// The `let`s end the temporaries of their initialisers before the await. No
// argument is borrowed on its way to the body: one that was would be kept beside
// the body as well.
pub(super) fn lower(scoped: &ScopedFn<'_>) -> TokenStream {
    let (let_caller, caller) = caller(scoped);
    let (let_mode, mode) = mode(scoped);
    let site = site(scoped);
    let limits = limits(scoped);
    let body = body(scoped);
    // One span for all of the call: a result that cannot leave is refused by
    // the call and by its await, and the compiler tells that only once.
    let span = paths::at(scoped.output.span);
    let run = paths::run(span);
    quote_spanned! {span=>
        #let_caller
        #let_mode
        #run(#site, #limits, #caller, #mode, async move #body).await
    }
}

/// Its span is the user's name for the function, which is the place that the
/// runtime reports.
fn site(scoped: &ScopedFn<'_>) -> TokenStream {
    let name = &scoped.name;
    let span = scoped.function.sig.ident.span();
    let new = paths::site(span);
    let site = quote_spanned!(span=> #new(#name));
    quote_spanned!(paths::generated()=> const { &#site })
}

fn limits(scoped: &ScopedFn<'_>) -> TokenStream {
    let span = paths::generated();
    let new = paths::limits(span);
    let mut limits = quote_spanned!(span=> #new());
    let stated = [
        ("timeout", &scoped.limits.timeout),
        ("call_timeout", &scoped.limits.call_timeout),
        ("idle", &scoped.limits.idle),
        ("reserve", &scoped.limits.reserve),
        ("grace", &scoped.limits.grace),
    ];
    for (name, limit) in stated {
        limits.extend(limit.as_ref().map(|limit| setter(name, limit)));
    }
    if let Some(inherit) = scoped.inherit {
        limits.extend(quote_spanned!(span=> .inherit(#inherit)));
    }
    limits
}

pub(crate) fn setter(name: &str, limit: &Limit) -> TokenStream {
    let span = paths::at(limit.span);
    let name = syn::Ident::new(name, span);
    match &limit.bound {
        Bound::None => quote_spanned!(span=> .no_timeout()),
        Bound::Expr(expr) => quote_spanned!(span=> .#name(#expr)),
        Bound::Literal(duration) => {
            let seconds = Literal::u64_unsuffixed(duration.as_secs());
            let nanos = Literal::u32_unsuffixed(duration.subsec_nanos());
            let new = paths::duration(span);
            quote_spanned!(span=> .#name(#new(#seconds, #nanos)))
        }
    }
}

fn caller(scoped: &ScopedFn<'_>) -> (TokenStream, TokenStream) {
    let span = paths::generated();
    let none = paths::no_caller(span);
    let probes = &scoped.arguments.probes;
    if probes.is_empty() {
        return (TokenStream::new(), none);
    }
    let traits = paths::caller_traits(span);
    let caller_of = paths::caller_of(span);
    let mut lets = quote_spanned!(span=> let caller = #none;);
    for Probe { attrs, pat, ty } in probes {
        let name = &pat.ident;
        let mutability = &pat.mutability;
        lets.extend(quote_spanned! {span=>
            #(#attrs)*
            #[allow(clippy::used_underscore_binding)]
            let (caller, #mutability #name) = {
                use #traits;
                (&#caller_of::<#ty>::NEW).tighter(caller, #name)
            };
        });
    }
    (lets, quote_spanned!(span=> caller))
}

/// Names what the body takes, last first: taken in this order they are dropped
/// in this order.
fn taken(scoped: &ScopedFn<'_>) -> TokenStream {
    let span = paths::generated();
    let mut tokens = TokenStream::new();
    for (attrs, name) in scoped.arguments.taken.iter().rev() {
        tokens.extend(quote_spanned! {span=>
            #(#attrs)*
            #[allow(clippy::used_underscore_binding)]
            let _ = &#name;
        });
    }
    for (attrs, pat, name) in &scoped.arguments.bound {
        tokens.extend(quote_spanned! {span=>
            #(#attrs)*
            #[allow(clippy::used_underscore_binding)]
            let #pat = #name;
        });
    }
    tokens
}

fn mode(scoped: &ScopedFn<'_>) -> (TokenStream, TokenStream) {
    let output = &scoped.output;
    let span = paths::at(output.span);
    match output.mode {
        Mode::Value => (TokenStream::new(), paths::value(span)),
        Mode::Streaming => (TokenStream::new(), paths::streaming(span)),
        Mode::Test => (TokenStream::new(), paths::test(span)),
        Mode::Infer => {
            let traits = paths::mode_traits(span);
            let mode_of = paths::mode_of(span);
            let ty = &output.ty;
            let let_mode = quote_spanned! {span=>
                let mode = {
                    use #traits;
                    (&&&#mode_of::<#ty>::NEW).mode()
                };
            };
            (let_mode, quote_spanned!(span=> mode))
        }
    }
}

// Input:
//     { stmts }
//
// Output:
//     {
//         let _ = &last;
//         let _ = &first;
//         if let Some(edge) = None::<R> { return edge; }
//         stmts
//     }
//
// The edge makes R known before the first statement, so that `?`, `into` and
// unsizing infer what they would without us.
fn body(scoped: &ScopedFn<'_>) -> TokenStream {
    let output = &scoped.output;
    let ty = &output.ty;
    let stmts = &scoped.body.stmts;
    let taken = taken(scoped);
    let edge = quote_spanned! {paths::at(output.span)=>
        if let ::core::option::Option::Some(edge) = ::core::option::Option::None::<#ty> {
            return edge;
        }
    };
    let user = match &scoped.body.form {
        Form::Async => scoped.function.brace,
        Form::Boxed { future, .. } => future.block.brace_token,
    };
    let mut tokens = TokenStream::new();
    let brace = token::Brace(paths::at(user.span.join()));
    brace.surround(&mut tokens, |inner| {
        inner.extend(quote!(#taken #edge #(#stmts)*));
    });
    tokens
}
