//! What the variables in sight hold, as far as the rules want to know.

use syn::visit::{self, Visit};
use syn::{FnArg, Ident, Pat, PatIdent, ReceiverKind, Signature, Type};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A client or channel that was made in this body.
    Client,
    /// A runtime, or a handle of one.
    Runtime,
    /// What outlives this call: `self`, and other references that were given.
    Outside,
    Other,
}

/// Names in the order of their binding: the last one counts.
pub(super) struct Locals(Vec<(Ident, Kind)>);

impl Locals {
    pub(super) fn of(sig: &Signature) -> Self {
        let mut locals = Self(Vec::new());
        for input in &sig.inputs {
            match input {
                FnArg::Receiver(receiver) => {
                    let kind = match receiver.kind {
                        ReceiverKind::Value => Kind::Other,
                        _ => Kind::Outside,
                    };
                    let span = receiver.self_token.span;
                    locals.0.push((Ident::new("self", span), kind));
                    // What `async_trait` calls it.
                    locals.0.push((Ident::new("__self", span), kind));
                }
                FnArg::Typed(argument) => {
                    let kind = match &*argument.ty {
                        ty if is_runtime(ty) => Kind::Runtime,
                        Type::Reference(_) => Kind::Outside,
                        _ => Kind::Other,
                    };
                    locals.bind(&argument.pat, kind);
                }
            }
        }
        locals
    }

    pub(super) fn kind(&self, name: &Ident) -> Kind {
        let found = self.0.iter().rev().find(|(known, _)| known == name);
        found.map_or(Kind::Other, |(_, kind)| *kind)
    }

    pub(super) fn knows(&self, name: &Ident) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// Only a pattern that is one name holds all of the value.
    pub(super) fn bind(&mut self, pat: &Pat, kind: Kind) {
        match pat {
            Pat::Type(typed) => self.bind(&typed.pat, kind),
            Pat::Paren(paren) => self.bind(&paren.pat, kind),
            // `__self` stands for `self` wherever it is in sight.
            Pat::Ident(name) if name.ident == "__self" => {}
            Pat::Ident(name) if name.subpat.is_none() => self.0.push((name.ident.clone(), kind)),
            _ => self.visit_pat(pat),
        }
    }

    /// To [`forget`](Self::forget) what is bound from here on.
    pub(super) fn mark(&self) -> usize {
        self.0.len()
    }

    pub(super) fn forget(&mut self, mark: usize) {
        self.0.truncate(mark);
    }
}

impl<'ast> Visit<'ast> for Locals {
    fn visit_pat_ident(&mut self, name: &'ast PatIdent) {
        self.0.push((name.ident.clone(), Kind::Other));
        visit::visit_pat_ident(self, name);
    }
}

fn is_runtime(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => {
            super::names::ends_with(&path.path, &["runtime", "Handle"])
                || super::names::ends_with(&path.path, &["Runtime"])
        }
        Type::Reference(reference) => is_runtime(&reference.elem),
        _ => false,
    }
}
