//! The arguments of a function on their way into its body.
//!
//! A body of its own takes the arguments that it names, in the order in which it
//! names them, and drops them in that order. Those of a function are dropped in
//! turn, last to first, whether it uses them or not: so each is named up front.

use proc_macro2::Span;
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Attribute, FnArg, Ident, Pat, PatIdent, PatType, Signature, Type};

use super::Form;
use super::output::erase_impl_trait;
use crate::args::Limits;
use crate::paths;

#[derive(Default)]
pub(crate) struct Arguments {
    /// May be a `tonic::Request` with the caller's timeout.
    pub(crate) probes: Vec<Probe>,
    /// What the body takes whole, first to last.
    pub(crate) taken: Vec<(Vec<Attribute>, Ident)>,
    /// What it takes apart itself, or puts behind something that it takes apart.
    pub(crate) bound: Vec<(Vec<Attribute>, Pat, Ident)>,
}

pub(crate) struct Probe {
    pub(crate) attrs: Vec<Attribute>,
    /// The user's name, with its `mut`.
    pub(crate) pat: PatIdent,
    pub(crate) ty: Type,
}

impl Arguments {
    /// Limits that are computed see the names in patterns, so these then stay
    /// where they are; so they do where the user wrote the future.
    pub(super) fn take(sig: &mut Signature, form: &Form, limits: &Limits) -> Self {
        let mut arguments = Self::default();
        let stay = matches!(form, Form::Boxed { .. }) || limits.are_computed();
        for (position, argument) in sig.inputs.iter_mut().enumerate() {
            match argument {
                FnArg::Receiver(receiver) => {
                    let name = Ident::new("self", receiver.self_token.span);
                    arguments.taken.push((Vec::new(), name));
                }
                FnArg::Typed(argument) => arguments.add(position, argument, stay),
            }
        }
        if let Form::Boxed { .. } = form {
            // The block that the user wrote has decided already.
            arguments.taken.clear();
        }
        arguments
    }

    fn add(&mut self, position: usize, argument: &mut PatType, stay: bool) {
        let attrs = cfgs(&argument.attrs);
        let apart = !self.bound.is_empty();
        let is_name = match &*argument.pat {
            Pat::Ident(pat) => pat.by_ref.is_none() && pat.subpat.is_none(),
            Pat::Wild(_) => true,
            _ => false,
        };
        let names = Names::of(&argument.pat);
        if !is_name && (stay || (names.whole && !apart)) {
            let taken = names.names.into_iter().map(|name| (attrs.clone(), name));
            self.taken.extend(taken);
            return;
        }
        let pat = match &mut *argument.pat {
            Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => pat.clone(),
            Pat::Wild(wild) => hidden(position, wild.underscore_token.span),
            other => {
                let mut hidden = hidden(position, other.span());
                hidden.mutability = ref_mut(other);
                let name = hidden.ident.clone();
                if apart {
                    // What the pattern leaves goes before what came before it.
                    let local = Pat::Ident(hidden.clone());
                    self.bound.push((attrs.clone(), local, name.clone()));
                    hidden.mutability = None;
                }
                let pat = std::mem::replace(other, Pat::Ident(hidden));
                self.taken.push((attrs.clone(), name.clone()));
                self.bound.push((attrs, pat, name));
                return;
            }
        };
        self.taken.push((attrs.clone(), pat.ident.clone()));
        let plain = PatIdent {
            mutability: None,
            ..pat.clone()
        };
        let mut outer = pat.clone();
        if apart {
            self.bound
                .push((attrs.clone(), Pat::Ident(pat), plain.ident.clone()));
            outer = plain.clone();
        }
        if may_be_request(&argument.ty) {
            let mut ty = (*argument.ty).clone();
            erase_impl_trait(&mut ty);
            self.probes.push(Probe {
                attrs,
                pat: outer,
                ty,
            });
            outer = plain;
        }
        *argument.pat = Pat::Ident(outer);
    }
}

/// `_` drops at the end of the function just as a name does, so it gets one.
fn hidden(position: usize, user: Span) -> PatIdent {
    PatIdent {
        attrs: Vec::new(),
        by_ref: None,
        mutability: None,
        ident: Ident::new(&format!("arg{position}"), paths::at(user)),
        subpat: None,
    }
}

/// A `mut` for the value that is borrowed by `ref mut` in its pattern.
fn ref_mut(pat: &Pat) -> Option<syn::Token![mut]> {
    struct Find(Option<syn::Token![mut]>);
    impl<'ast> Visit<'ast> for Find {
        fn visit_pat_ident(&mut self, pat: &'ast PatIdent) {
            if pat.by_ref.is_some() && pat.mutability.is_some() {
                self.0 = pat.mutability;
            }
            visit::visit_pat_ident(self, pat);
        }
    }
    let mut find = Find(None);
    find.visit_pat(pat);
    find.0
}

/// Attributes that decide whether there is such an argument.
fn cfgs(attrs: &[Attribute]) -> Vec<Attribute> {
    attrs
        .iter()
        .filter(|attr| attr.path().is_ident("cfg"))
        .cloned()
        .collect()
}

/// The names in a pattern, first to last.
struct Names {
    names: Vec<Ident>,
    /// They leave nothing of the value behind.
    whole: bool,
}

impl Names {
    fn of(pat: &Pat) -> Self {
        let mut names = Self {
            names: Vec::new(),
            whole: true,
        };
        names.visit_pat(pat);
        names
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_pat(&mut self, pat: &'ast Pat) {
        self.whole &= match pat {
            Pat::Ident(pat) => pat.by_ref.is_none() && pat.subpat.is_none(),
            Pat::Struct(pat) => pat.rest.is_none(),
            Pat::Tuple(_) | Pat::TupleStruct(_) | Pat::Paren(_) | Pat::Reference(_) => true,
            _ => false,
        };
        visit::visit_pat(self, pat);
    }

    fn visit_pat_ident(&mut self, pat: &'ast PatIdent) {
        self.names.push(pat.ident.clone());
        visit::visit_pat_ident(self, pat);
    }
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
