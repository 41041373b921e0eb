//! The stages of the attribute: args → input → model → check → lower.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use crate::args::{Args, Place};
use crate::errors::Errors;
use crate::input::Input;
use crate::model::Model;
use crate::{check, lower};

/// Expands `#[scoped(args)] item`.
///
/// Whatever is wrong, the user's item comes out again beside the errors, so
/// that nothing else in the crate (or the editor) loses sight of it.
pub(crate) fn expand(args: TokenStream, item: &TokenStream) -> TokenStream {
    let input = match Input::parse(item.clone()) {
        Ok(input) => input,
        Err(error) => return beside(&error, item),
    };
    match scoped(args, &input) {
        Ok(scoped) => scoped,
        Err(error) => beside(&error, &input),
    }
}

fn scoped(args: TokenStream, input: &Input) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    let args = Args::parse(args, Place::of(input), &mut errors);
    let model = Model::build(args, input, &mut errors);
    check::check(&model, &mut errors);
    errors.finish()?;
    Ok(lower::lower(model))
}

fn beside(error: &syn::Error, item: &impl ToTokens) -> TokenStream {
    let errors = error.to_compile_error();
    quote!(#item #errors)
}
