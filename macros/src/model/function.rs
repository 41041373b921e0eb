//! One function with a scope.

use syn::ext::IdentExt as _;
use syn::{FnArg, Ident, Pat, PatIdent, Signature, Type};

use super::{Body, Output, Streams};
use crate::args::{Args, Exempt, Limits};
use crate::errors::Errors;
use crate::input::Function;
use crate::paths;

pub(crate) struct ScopedFn<'a> {
    pub(crate) function: &'a Function,
    pub(crate) name: String,
    pub(crate) limits: Limits,
    pub(crate) inherit: Option<bool>,
    pub(crate) exempt: Exempt,
    pub(crate) body: Body,
    pub(crate) output: Output,
    /// The user's, but for the hidden names in `probes`.
    pub(crate) sig: Signature,
    /// The arguments that may be a `tonic::Request` with the caller's timeout.
    pub(crate) probes: Vec<Ident>,
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
        Some(Self::new(
            function,
            name,
            args.limits,
            args.inherit,
            args.exempt,
            body,
            output,
        ))
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
        let probes = probes(&mut sig);
        Self {
            function,
            name,
            limits,
            inherit,
            exempt,
            body,
            output,
            sig,
            probes,
        }
    }
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

/// By-value arguments that only the type checker can tell from a request.
///
/// `_` drops at the end of the function just as a name does, so it gets one.
fn probes(sig: &mut Signature) -> Vec<Ident> {
    let mut probes = Vec::new();
    for (position, argument) in sig.inputs.iter_mut().enumerate() {
        let FnArg::Typed(argument) = argument else {
            continue;
        };
        let may_be_absent = argument
            .attrs
            .iter()
            .any(|attr| attr.path().is_ident("cfg"));
        if may_be_absent || !may_be_request(&argument.ty) {
            continue;
        }
        match &mut *argument.pat {
            Pat::Ident(PatIdent {
                by_ref: None,
                ident,
                ..
            }) => probes.push(ident.clone()),
            Pat::Wild(wild) => {
                let span = paths::at(wild.underscore_token.span);
                let ident = Ident::new(&format!("arg{position}"), span);
                *argument.pat = Pat::Ident(PatIdent {
                    attrs: std::mem::take(&mut wild.attrs),
                    by_ref: None,
                    mutability: None,
                    ident: ident.clone(),
                    subpat: None,
                });
                probes.push(ident);
            }
            _ => {}
        }
    }
    probes
}

fn may_be_request(ty: &Type) -> bool {
    const NEVER: [&str; 18] = [
        "bool", "char", "str", "String", "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16",
        "i32", "i64", "i128", "isize", "f32", "f64",
    ];
    match ty {
        Type::Path(path) => !NEVER.iter().any(|name| path.path.is_ident(name)),
        Type::Group(group) => may_be_request(&group.elem),
        Type::Paren(paren) => may_be_request(&paren.elem),
        Type::Macro(_) => true,
        _ => false,
    }
}
