//! The associated types of an impl that its streaming methods return.
//!
//! The trait sees `type WatchStream = ScopedStream<X>`, the bodies see `X`.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::visit_mut::{self, VisitMut};
use syn::{Ident, Type, TypePath};

use super::output::carried;
use crate::input::{Impl, Member};

#[derive(Default)]
pub(crate) struct Streams(Vec<(Ident, Type)>);

impl Streams {
    /// `scoped` and `others` are the outputs of the methods that get a scope,
    /// and of those that do not: what one of the latter returns stays as it is.
    pub(crate) fn of(block: &Impl, scoped: &[&Type], others: &[&Type]) -> Self {
        let returned = |outputs: &[&Type], ident: &Ident| {
            outputs
                .iter()
                .flat_map(|output| carried(output))
                .any(|ty| names(ty, ident))
        };
        let types = block.members.iter().filter_map(|member| match member {
            Member::Type(ty) => Some(ty),
            _ => None,
        });
        Self(
            types
                .filter(|ty| ty.generics.params.is_empty() && is_wrappable(&ty.ty))
                .filter(|ty| ty.ident.to_string().ends_with("Stream"))
                .filter(|ty| returned(scoped, &ty.ident) && !returned(others, &ty.ident))
                .map(|ty| (ty.ident.clone(), ty.ty.clone()))
                .collect(),
        )
    }

    pub(crate) fn is_wrapped(&self, ident: &Ident) -> bool {
        self.0.iter().any(|(wrapped, _)| wrapped == ident)
    }

    /// The user's own type, if `ty` names a wrapped one.
    pub(crate) fn original(&self, ty: &Type) -> Option<&Type> {
        self.0
            .iter()
            .find(|(ident, _)| names(ty, ident))
            .map(|(_, original)| original)
    }

    /// Puts the user's own types in place of the wrapped ones.
    pub(crate) fn replace_in(&self, ty: &mut Type) -> bool {
        let mut replace = Replace {
            streams: self,
            replaced: false,
        };
        replace.visit_type_mut(ty);
        replace.replaced
    }

    /// The same in tokens that nobody here can parse: the arguments of macros.
    /// None where there is nothing to replace.
    pub(crate) fn replace_in_tokens(&self, tokens: &TokenStream) -> Option<TokenStream> {
        if self.0.is_empty() {
            return None;
        }
        let mut out: Vec<TokenTree> = Vec::new();
        let mut replaced = false;
        for token in tokens.clone() {
            match token {
                TokenTree::Group(group) => match self.replace_in_tokens(&group.stream()) {
                    Some(inner) => {
                        let mut anew = Group::new(group.delimiter(), inner);
                        anew.set_span(group.span());
                        out.push(anew.into());
                        replaced = true;
                    }
                    None => out.push(group.into()),
                },
                TokenTree::Ident(ident) if follows_self(&out) && self.is_wrapped(&ident) => {
                    out.truncate(out.len() - 3);
                    let original = self.0.iter().find(|(wrapped, _)| *wrapped == ident);
                    out.extend(
                        original
                            .into_iter()
                            .flat_map(|(_, ty)| ty.to_token_stream()),
                    );
                    replaced = true;
                }
                other => out.push(other),
            }
        }
        replaced.then(|| out.into_iter().collect())
    }
}

/// X of `Self::X` and of `<Self as Trait>::X`.
pub(super) fn assoc(ty: &TypePath) -> Option<&Ident> {
    let segments = &ty.path.segments;
    let last = segments.last()?;
    let of_self = match &ty.qself {
        None => segments.len() == 2 && segments[0].ident == "Self",
        Some(qself) => {
            qself.position + 1 == segments.len()
                && matches!(&*qself.ty, Type::Path(ty) if ty.path.is_ident("Self"))
        }
    };
    (of_self && last.arguments.is_none()).then_some(&last.ident)
}

fn names(ty: &Type, ident: &Ident) -> bool {
    matches!(ty, Type::Path(path) if assoc(path) == Some(ident))
}

/// A `ScopedStream` is bound already; an `impl Stream` has no name to wrap.
fn is_wrappable(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .is_some_and(|last| last.ident != "ScopedStream"),
        Type::ImplTrait(_) => false,
        _ => true,
    }
}

/// Whether the tokens so far end in `Self::`.
fn follows_self(tokens: &[TokenTree]) -> bool {
    let [
        ..,
        TokenTree::Ident(ident),
        TokenTree::Punct(a),
        TokenTree::Punct(b),
    ] = tokens
    else {
        return false;
    };
    *ident == "Self" && a.as_char() == ':' && b.as_char() == ':'
}

struct Replace<'a> {
    streams: &'a Streams,
    replaced: bool,
}

impl VisitMut for Replace<'_> {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        match self.streams.original(ty) {
            Some(original) => {
                *ty = original.clone();
                self.replaced = true;
            }
            None => visit_mut::visit_type_mut(self, ty),
        }
    }
}
