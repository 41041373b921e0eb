//! One function with a scope.

use syn::Signature;
use syn::ext::IdentExt as _;

use super::arguments::LEVELS;
use super::{Arguments, Body, Boxed, Form, Output, Streams};
use crate::args::{Args, Exempt, Leaks, Limits, Pool, Rule};
use crate::calls;
use crate::errors::Errors;
use crate::input::Function;

pub(crate) struct ScopedFn<'a> {
    pub(crate) function: &'a Function,
    pub(crate) name: String,
    pub(crate) limits: Limits,
    pub(crate) inherit: Option<bool>,
    pub(crate) exempt: Exempt,
    pub(crate) pool: Option<Pool>,
    /// Of a test.
    pub(crate) leaks: Leaks,
    pub(crate) body: Body,
    /// Whether a `#[call(..)]` stands somewhere in the body.
    pub(crate) has_calls: bool,
    pub(crate) output: Output,
    /// The user's, but for the hidden names in `arguments`.
    pub(crate) sig: Signature,
    pub(crate) arguments: Arguments,
    /// How the runtime boxes the body, with no future of the function's own around
    /// that, if it does.
    pub(crate) boxed: Option<Boxed>,
}

impl<'a> ScopedFn<'a> {
    /// A function that carries the attribute itself.
    pub(super) fn single(args: Args, function: &'a Function, errors: &mut Errors) -> Option<Self> {
        if let Some(again) = function.scoped.first() {
            errors.push(twice(again));
        }
        let name = args
            .name
            .unwrap_or_else(|| function.sig.ident.unraw().to_string());
        let body = match Body::read(function) {
            Ok(Some(body)) => body,
            Ok(None) => {
                errors.push(not_async(function));
                return None;
            }
            Err(error) => {
                errors.push(error);
                return None;
            }
        };
        let output = Output::of(&body, function, &Streams::default());
        let scoped = Self::new(
            function,
            name,
            args.limits,
            args.inherit,
            args.exempt,
            body,
            output,
        );
        Some(scoped.with_pool(args.pool))
    }

    /// A client in a loop borrows the same connection each time.
    pub(super) fn with_pool(self, pool: Option<Pool>) -> Self {
        let exempt = if Pool::is_on(pool.as_ref()) {
            self.exempt.and(Rule::ClientInLoop)
        } else {
            self.exempt
        };
        Self {
            exempt,
            pool,
            ..self
        }
    }

    pub(super) fn new(
        function: &'a Function,
        name: String,
        limits: Limits,
        inherit: Option<bool>,
        exempt: Exempt,
        body: Body,
        output: Output,
    ) -> Self {
        let mut sig = function.sig.clone();
        let boxed = boxed(function, &body, &limits);
        let arguments = if boxed.is_some() {
            Arguments::look_at(&sig)
        } else {
            Arguments::take(&mut sig, &body, &limits)
        };
        Self {
            function,
            name,
            limits,
            inherit,
            exempt,
            pool: None,
            leaks: Leaks::Ignored,
            body,
            has_calls: calls::is_in(&function.body),
            output,
            sig,
            arguments,
            boxed,
        }
    }
}

/// Limits that are computed are computed at entry, in a future. An attribute that reads
/// the function after us, such as `#[instrument]`, looks for one in a box.
fn boxed(function: &Function, body: &Body, limits: &Limits) -> Option<Boxed> {
    const INERT: [&str; 5] = ["doc", "cfg", "inline", "cold", "must_use"];
    let is_inert = |attr: &syn::Attribute| {
        let mut names = LEVELS.iter().chain(&INERT);
        names.any(|name| attr.path().is_ident(name))
    };
    let Form::Boxed { boxed, .. } = body.form else {
        return None;
    };
    boxed.filter(|_| !limits.are_computed() && function.attrs.iter().all(is_inert))
}

pub(super) fn twice(again: &syn::Attribute) -> syn::Error {
    let message = "`#[scoped]` stands here twice, and one function has one scope\n\
        help: merge the arguments into one attribute";
    syn::Error::new_spanned(again, message)
}

pub(super) fn not_async(function: &Function) -> syn::Error {
    let sig = &function.sig;
    let name = &sig.ident;
    let message = if Body::is_boxed(function) {
        format!(
            "a scope lasts as long as its future, and `{name}` does more than make one\n\
             help: let `Box::pin(async move {{ .. }})` be all of its body"
        )
    } else {
        format!(
            "a scope lasts as long as its future, and `{name}` has none\n\
             help: write `async fn {name}`"
        )
    };
    syn::Error::new(sig.fn_token.span, message)
}
