//! How a rule says what it refuses.

use quote::ToTokens;

use crate::args::{Exempt, Rule};
use crate::errors::Errors;

/// Takes what the rules find, but for what the user allows.
pub(super) struct Misuse<'a> {
    pub(super) exempt: &'a Exempt,
    errors: &'a mut Errors,
}

impl<'a> Misuse<'a> {
    pub(super) fn new(exempt: &'a Exempt, errors: &'a mut Errors) -> Self {
        Self { exempt, errors }
    }

    /// `message` ends in the remedies; how to allow it is added here.
    pub(super) fn refuse(&mut self, rule: Rule, tokens: impl ToTokens, message: &str) {
        if self.exempt.allows(rule) {
            return;
        }
        let name = rule.name();
        let message = format!(
            "{message}\n\
             help: where it is meant, write `#[scoped(allow({name}))]`; `tonic_scope::rules::{name}` \
             says more"
        );
        self.errors.misuse(syn::Error::new_spanned(tokens, message));
    }
}
