//! What is wrong with one item, collected so that all of it is told at once.

use std::fmt::Display;

use proc_macro2::Span;

#[derive(Default)]
pub(crate) struct Errors {
    all: Option<syn::Error>,
    /// Whether one of them leaves the item without a meaning.
    fatal: bool,
}

impl Errors {
    pub(crate) fn at(&mut self, span: Span, message: impl Display) {
        self.push(syn::Error::new(span, message));
    }

    pub(crate) fn push(&mut self, error: syn::Error) {
        self.misuse(error);
        self.fatal = true;
    }

    /// Notes an error of an item that could be expanded all the same.
    pub(crate) fn misuse(&mut self, error: syn::Error) {
        match &mut self.all {
            Some(errors) => errors.combine(error),
            None => self.all = Some(error),
        }
    }

    /// The value, or its error noted and `None`.
    pub(crate) fn note<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    pub(crate) fn count(&self) -> usize {
        self.all.iter().flatten().count()
    }

    /// What is wrong, if the item can be expanded all the same.
    ///
    /// # Errors
    ///
    /// It cannot.
    pub(crate) fn misuse_alone(self) -> syn::Result<Option<syn::Error>> {
        match self.all {
            Some(errors) if self.fatal => Err(errors),
            misuse => Ok(misuse),
        }
    }
}
