//! The stages of the attribute: args → input → model → check → lower.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};

use crate::args::{Args, Place, TestArgs};
use crate::errors::Errors;
use crate::input::Input;
use crate::model::Model;
use crate::{calls, check, lower, order, paths};

/// Expands `#[scoped(args)] item`.
///
/// Whatever is wrong, the user's item comes out again beside the errors, so
/// that nothing else in the crate (or the editor) loses sight of it.
pub(crate) fn expand(args: TokenStream, item: &TokenStream) -> TokenStream {
    if let Some(ordered) = order::behind_async_trait(&args, item) {
        return ordered;
    }
    let input = match Input::parse(item.clone()) {
        Ok(input) => input,
        Err(error) => return beside(&error, item),
    };
    match scoped(args, &input) {
        Ok(scoped) => scoped,
        Err(error) => beside(&error, &input),
    }
}

/// Expands a `#[call]` that no `#[scoped]` has taken.
pub(crate) fn stray_call(item: &TokenStream) -> TokenStream {
    let message = "there is no scope here whose limits a call could override\n\
        help: `#[call(..)]` goes before a call inside of a `#[scoped]` function; for all the calls \
        of a function write `#[scoped(call_timeout = \"50ms\")]`";
    beside(&syn::Error::new(Span::call_site(), message), item)
}

/// Expands `#[test(args)] item`: `#[tokio::test]` on a function with a scope,
/// which fails when it is ended from outside.
pub(crate) fn test(args: TokenStream, item: &TokenStream) -> TokenStream {
    let input = match Input::parse(item.clone()) {
        Ok(input) => input,
        Err(error) => return beside(&error, item),
    };
    let mut errors = Errors::default();
    let args = TestArgs::parse(args, &mut errors);
    if let Input::Impl(block) = &input {
        errors.at(block.head.impl_token.span, NO_TEST);
    }
    let leaks = args.leaks;
    match in_scope(args.scope, &input, |model| model.into_test(leaks), errors) {
        Ok(scoped) => {
            let tokio = args.tokio;
            quote!(#[::tokio::test(#tokio)] #scoped)
        }
        Err(error) => beside(&error, &input),
    }
}

const NO_TEST: &str = "an impl is no test\nhelp: `#[tonic_scope::test]` goes on an `async fn`";

fn scoped(args: TokenStream, input: &Input) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    let args = Args::parse(args, Place::of(input), &mut errors);
    in_scope(args, input, |model| model, errors)
}

fn in_scope<'a>(
    args: Args,
    input: &'a Input,
    adapt: impl FnOnce(Model<'a>) -> Model<'a>,
    mut errors: Errors,
) -> syn::Result<TokenStream> {
    let root = args.root.clone();
    let model = adapt(Model::build(args, input, &mut errors));
    check::check(&model, &mut errors);
    let misuse = errors.misuse_alone()?;
    let lowered = lower::lower(model);
    let lowered = match root {
        Some(root) => paths::rooted(lowered, &root),
        None => lowered,
    };
    // Expanded, what is misused gives rise to no errors of types.
    Ok(match misuse {
        Some(error) => beside(&error, &lowered),
        None => lowered,
    })
}

fn beside(error: &syn::Error, item: &impl ToTokens) -> TokenStream {
    let errors = error.to_compile_error();
    let item = calls::strip(item.to_token_stream());
    quote!(#item #errors)
}
