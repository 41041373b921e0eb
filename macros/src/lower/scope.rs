//! The call that runs a body in its scope.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Attribute, token};

use super::arguments::{self, By};
use super::syntax::probe;
use crate::args::{Bound, Leaks, Limit, Pool};
use crate::model::{Boxed, Form, Mode, ScopedFn};
use crate::paths;

// Input:
//     body
//
// Output:
//     let (caller, request) = /* the caller's timeout, and the argument again */;
//     let mode = /* how the result leaves: a plain value, or a stream */;
//     let arguments = Held::new((request, ..));
//     run(Site::new("Type::f"), Limits::new().timeout(..), caller, mode, async move {
//         let (request, ..) = arguments.take();
//         /* fake return edge */
//         body
//     }).await
//
// The `let`s end the temporaries of their initialisers before the await. Where
// `self` is captured by value the body is in a box: `Box::pin(async move ..)`.
pub(super) fn lower(scoped: &ScopedFn<'_>) -> TokenStream {
    // One span for all of the call: a result that cannot leave is refused by
    // the call and by its await, and the compiler tells that only once.
    let span = paths::at(scoped.output.span);
    let captured = arguments::captured(&scoped.arguments);
    let (let_caller, caller) = arguments::caller(&scoped.arguments, By::Value);
    let (let_mode, mode) = mode(scoped);
    let (let_arguments, arguments) = arguments::handed(scoped);
    let site = named(scoped, paths::site, &TokenStream::new());
    let (let_limits, limits) = limits(scoped);
    let body = body(scoped, &arguments);
    let mut future = quote_spanned!(span=> async move #body);
    if scoped.arguments.boxes_body {
        let boxed = paths::boxed(span);
        future = quote_spanned!(span=> #boxed(#future));
    }
    let run = paths::run(span);
    let run = quote_spanned!(span=> #run(#site, #limits, #caller, #mode, #future));
    let run = checked(scoped, run);
    quote_spanned! {span=>
        #captured
        #let_caller
        #let_mode
        #let_limits
        #let_arguments
        #run.await
    }
}

// Input:
//     body
//
// Output:
//     let caller = /* the caller's timeout */;
//     let mode = /* how the result leaves */;
//     boxed(const { &Annotation::new("Type::f", Limits::new().timeout(..)) }, caller, mode,
//         async move {
//             /* fake return edge */
//             body
//         })
//
// The block has nothing of ours before the user's, and captures what that would.
pub(super) fn boxed(scoped: &ScopedFn<'_>, boxed: Boxed, attrs: &[Attribute]) -> TokenStream {
    let span = paths::at(scoped.output.span);
    let (let_caller, caller) = arguments::caller(&scoped.arguments, By::Reference);
    let (let_mode, mode) = mode(scoped);
    let (_, limits) = limits(scoped);
    let annotation = named(scoped, paths::annotation, &quote!(, #limits));
    let body = body(scoped, &TokenStream::new());
    let boxed = match boxed {
        Boxed::Send => paths::run_boxed(span),
        Boxed::Local => paths::run_boxed_local(span),
    };
    quote_spanned! {span=>
        #let_caller
        #let_mode
        #boxed(const { &#annotation }, #caller, #mode, #(#attrs)* async move #body)
    }
}

// Input:
//     run(..)
//
// Output, of a test:
//     checked(LeakCheck::new(), run(..), |result: &R| (&&Probe(&*result)).tonic_scope_failed())
fn checked(scoped: &ScopedFn<'_>, run: TokenStream) -> TokenStream {
    let span = paths::generated();
    let check = match &scoped.leaks {
        Leaks::Ignored => return run,
        Leaks::Refused => {
            let new = paths::leak_check(span);
            quote_spanned!(span=> #new())
        }
        Leaks::By(check) => quote!(#check),
    };
    let checked = paths::checked(paths::at(scoped.output.span));
    let traits = paths::failed_traits(span);
    let probe = probe(span, &quote_spanned!(span=> *result));
    let ty = &scoped.output.ty;
    quote_spanned! {span=>
        #checked(#check, #run, |result: &#ty| {
            use #traits;
            #probe.tonic_scope_failed()
        })
    }
}

/// Its span is the user's name for the function, which is the place that the
/// runtime reports.
fn named(
    scoped: &ScopedFn<'_>,
    new: impl FnOnce(Span) -> TokenStream,
    more: &TokenStream,
) -> TokenStream {
    let name = &scoped.name;
    let span = scoped.function.sig.ident.span();
    let new = new(span);
    quote_spanned!(span=> #new(#name #more))
}

/// Limits that are computed see the arguments, so they go first.
fn limits(scoped: &ScopedFn<'_>) -> (TokenStream, TokenStream) {
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
    if scoped.limits.are_computed() {
        let let_limits = quote_spanned!(span=> let limits = #limits;);
        return (let_limits, quote_spanned!(span=> limits));
    }
    (TokenStream::new(), limits)
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
                    (&&&#mode_of::<#ty>::NEW).tonic_scope_mode()
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
//         let (request, ..) = arguments.take();
//         if let Some(edge) = None::<R> { return edge; }
//         let pool = pool(EXPR);
//         match () { () => { stmts } }
//     }
//
// The edge makes R known before the first statement, so that `?`, `into` and
// unsizing infer what they would without us. The block in the arm has the user's own
// braces: their edition decides whether the temporaries of the last expression are
// dropped before its locals. The arm ends them before the arguments, which it may
// borrow from.
fn body(scoped: &ScopedFn<'_>, arguments: &TokenStream) -> TokenStream {
    let output = &scoped.output;
    let ty = &output.ty;
    let stmts = &scoped.body.stmts;
    let pool = pool(scoped);
    let (user, has_edge) = match &scoped.body.form {
        Form::Async => (scoped.function.brace, false),
        Form::Boxed {
            future, has_edge, ..
        } => (future.block.brace_token, *has_edge),
        Form::Driven { future, .. } => (future.block.brace_token, false),
    };
    let span = paths::at(user.span.join());
    let mut tokens = TokenStream::new();
    if has_edge {
        token::Brace(span).surround(&mut tokens, |inner| {
            inner.extend(quote!(#arguments #pool #(#stmts)*));
        });
        return tokens;
    }
    let edge = quote_spanned! {paths::at(output.span)=>
        if let ::core::option::Option::Some(edge) = ::core::option::Option::None::<#ty> {
            return edge;
        }
    };
    let mut block = TokenStream::new();
    user.surround(&mut block, |inner| inner.extend(quote!(#(#stmts)*)));
    token::Brace(span).surround(&mut tokens, |inner| {
        inner.extend(quote_spanned!(span=> #arguments #edge #pool match () { () => #block }));
    });
    tokens
}

/// What a site in the body borrows from.
///
/// A block or closure that does not `move` captures what it copies by reference,
/// and would not outlive the function; what it reborrows through a reference that
/// is `'static` it captures as that.
pub(super) fn pool_of(scoped: &ScopedFn<'_>) -> Option<TokenStream> {
    let span = paths::generated();
    match &scoped.pool {
        None | Some(Pool::None) => None,
        Some(Pool::Default) => Some(paths::default_pool(span)),
        Some(Pool::Expr(_)) => {
            let name = paths::pool_name(span);
            Some(quote_spanned!(span=> &*#name))
        }
    }
}

fn pool(scoped: &ScopedFn<'_>) -> TokenStream {
    let Some(Pool::Expr(expr)) = &scoped.pool else {
        return TokenStream::new();
    };
    let name = paths::pool_name(paths::generated());
    let of = paths::pool(paths::at(expr.span()));
    quote_spanned! {paths::generated()=>
        #[allow(unused_variables)]
        let #name = #of(#expr);
    }
}
