//! What one annotated item asks for, with the user's nodes kept for their spans.

mod arguments;
mod body;
mod function;
mod impls;
mod imports;
mod output;
mod streams;
mod unread;

use proc_macro2::TokenStream;

pub(crate) use self::arguments::{Arguments, Handed, Probe, borrows_mutably};
pub(crate) use self::body::{Body, Boxed, Form};
pub(crate) use self::function::ScopedFn;
pub(crate) use self::impls::{Method, ScopedImpl};
pub(crate) use self::output::{Mode, Output};
pub(crate) use self::streams::Streams;
pub(crate) use self::unread::is_worth_reading;
use crate::args::{Args, Leaks};
use crate::errors::Errors;
use crate::input::Input;

pub(crate) enum Model<'a> {
    /// None where the function has an error that leaves nothing to lower.
    Function(Option<Box<ScopedFn<'a>>>),
    Impl(Box<ScopedImpl<'a>>),
}

impl<'a> Model<'a> {
    pub(crate) fn build(args: Args, input: &'a Input, errors: &mut Errors) -> Self {
        match input {
            Input::Function(function) => {
                let scoped = ScopedFn::single(args, function, errors);
                Self::Function(scoped.map(Box::new))
            }
            Input::Impl(block) => Self::Impl(Box::new(ScopedImpl::build(args, block, errors))),
        }
    }
}

impl Model<'_> {
    /// The same for a test, whose result need not say that the scope has ended.
    pub(crate) fn into_test(mut self, leaks: Leaks) -> Self {
        if let Self::Function(Some(function)) = &mut self {
            function.output.mode = Mode::Test;
            function.leaks = leaks;
            function.boxed = None;
        }
        self
    }
}

/// The arguments inside a `#[scoped(...)]` that stands on a method.
fn arguments(attr: &syn::Attribute) -> syn::Result<TokenStream> {
    match &attr.meta {
        syn::Meta::Path(_) => Ok(TokenStream::new()),
        syn::Meta::List(list) => Ok(list.tokens.clone()),
        syn::Meta::NameValue(pair) => Err(syn::Error::new(
            pair.eq_token.span,
            "the arguments of `#[scoped]` go into parentheses\n\
             help: write for example `#[scoped(timeout = \"2s\")]`",
        )),
    }
}
