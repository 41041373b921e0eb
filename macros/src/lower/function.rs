//! The function around the scope.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote, quote_spanned};
use syn::token;

use super::{rewrite, scope};
use crate::errors::Errors;
use crate::model::{Form, ScopedFn, Streams, is_worth_reading};
use crate::{calls, paths};

// Input:
//     async fn f(request: Request<T>) -> R { body }
//     fn f(request: Request<T>) -> Pin<Box<dyn Future<Output = R>>> {
//         Box::pin(async move { body })
//     }
//     fn main() -> R { let body = async { body }; .. block_on(body) }
//
// Output:
//     async fn f(request: Request<T>) -> R { scope(body) }
//     fn f(request: Request<T>) -> Pin<Box<dyn Future<Output = R>>> {
//         boxed(body)
//     }
//     fn main() -> R { let body = async { scope(body) }; .. block_on(body) }
//
// Where another attribute may read the second form after us, it is
// `Box::pin(async move { scope(body) })`: what an `#[instrument]` knows.
pub(super) fn lower(mut scoped: ScopedFn<'_>, streams: &Streams) -> TokenStream {
    if scoped.has_calls {
        calls::apply(&mut scoped.body.stmts, None, &mut Errors::default());
    }
    let pool = scope::pool_of(&scoped);
    let bound = rewrite::rewrite(&mut scoped.body.stmts, streams, &scoped.exempt, pool);
    if cfg!(test) {
        assert!(bound == 0 || is_worth_reading(&scoped.function.body));
    }
    let inner = &scoped.body.inner;
    let body = match (&scoped.body.form, scoped.boxed) {
        (Form::Async, _) => scope::lower(&scoped),
        (Form::Boxed { future, .. }, Some(boxed)) => scope::boxed(&scoped, boxed, &future.attrs),
        (Form::Boxed { pin, future, .. }, None) => {
            let attrs = &future.attrs;
            let block = braced(future.block.brace_token, &scope::lower(&scoped));
            let span = paths::at(future.async_token.span);
            quote_spanned!(span=> #pin(#(#attrs)* async move #block))
        }
        (Form::Driven { body, future, rest }, _) => {
            let (pat, capture) = (&body.pat, &future.capture);
            let block = braced(future.block.brace_token, &scope::lower(&scoped));
            let span = paths::at(future.async_token.span);
            quote_spanned!(span=> let #pat = async #capture #block; #(#rest)*)
        }
    };

    let function = scoped.function;
    let mut tokens = TokenStream::new();
    for attr in &function.attrs {
        attr.to_tokens(&mut tokens);
    }
    function.vis.to_tokens(&mut tokens);
    function.defaultness.to_tokens(&mut tokens);
    scoped.sig.to_tokens(&mut tokens);
    tokens.extend(braced(function.brace, &quote!(#(#inner)* #body)));
    tokens
}

/// In the user's own braces: an `#[instrument]` below takes the hygiene of its
/// names from them.
fn braced(user: token::Brace, content: &TokenStream) -> TokenStream {
    let mut tokens = TokenStream::new();
    user.surround(&mut tokens, |inner| content.to_tokens(inner));
    tokens
}
