//! The arguments of a function on their way into its body.
//!
//! They go there as the compiler hands them to the body of an `async fn`: each
//! is a local of it, bound in turn, so it is dropped in turn, kept for as long
//! as it is needed, and missed by the lints when it is not used.

use proc_macro2::Span;
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{
    Attribute, Expr, FnArg, GenericArgument, Ident, Meta, Pat, PatIdent, PatType, PathArguments,
    ReceiverKind, Signature, Stmt, Type,
};

use super::output::erase_impl_trait;
use super::{Body, Form};
use crate::args::Limits;
use crate::paths;

#[derive(Default)]
pub(crate) struct Arguments {
    /// May be a `tonic::Request` with the caller's timeout.
    pub(crate) probes: Vec<Probe>,
    /// What the body cannot bind anew, for it has one name alone.
    pub(crate) receiver: Option<Ident>,
    /// Whether that may be large. Then the body goes into a box, and all else is
    /// captured with it.
    pub(crate) boxes_body: bool,
    /// What the body binds anew, first to last.
    pub(crate) handed: Vec<Handed>,
    /// What a block of the user's captures, first to last, if what we generate before
    /// it would capture that in another order: in that order it is dropped where the
    /// future is never polled.
    pub(crate) captured: Vec<Ident>,
}

pub(crate) struct Probe {
    pub(crate) cfgs: Vec<Attribute>,
    /// The user's name, with its `mut` where the body does not bind it anew.
    pub(crate) pat: PatIdent,
    pub(crate) ty: Type,
}

pub(crate) struct Handed {
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) lints: Vec<Attribute>,
    /// What the function calls it.
    pub(crate) name: Ident,
    /// What the body calls it.
    pub(crate) pat: Pat,
    /// At most so many bytes, if its type says so.
    pub(crate) bytes: Option<usize>,
}

impl Arguments {
    pub(super) fn take(sig: &mut Signature, body: &Body, limits: &Limits) -> Self {
        let mut arguments = Self::default();
        let mut captured = Vec::new();
        for (position, argument) in sig.inputs.iter_mut().enumerate() {
            if let FnArg::Receiver(receiver) = argument {
                arguments.boxes_body = may_be_large(&receiver.kind);
            }
            match (&body.form, argument) {
                (Form::Async, FnArg::Receiver(receiver)) => {
                    arguments.receiver = Some(Ident::new("self", receiver.self_token.span));
                }
                (Form::Async, FnArg::Typed(argument)) => {
                    arguments.hand_over(position, argument, limits);
                }
                (Form::Boxed { .. } | Form::Driven { .. }, FnArg::Receiver(receiver)) => {
                    if arguments.boxes_body {
                        captured.push(Ident::new("self", receiver.self_token.span));
                    }
                }
                (Form::Boxed { .. } | Form::Driven { .. }, FnArg::Typed(argument)) => {
                    if let Some(pat) = name(&argument.pat) {
                        captured.push(pat.ident.clone());
                    }
                    arguments.hand_on(argument, &body.stmts);
                }
            }
        }
        if !arguments.are_taken_as(&captured) {
            arguments.captured = captured;
        }
        arguments
    }

    /// What a block of the user's can go on taking itself.
    pub(super) fn look_at(sig: &Signature) -> Self {
        let typed = sig.inputs.iter().filter_map(|argument| match argument {
            FnArg::Typed(argument) if may_be_request(&argument.ty) => Some(argument),
            _ => None,
        });
        let probes = typed.filter_map(|argument| {
            let pat = name(&argument.pat)?.clone();
            Some(Probe::of(argument, pat))
        });
        Self {
            probes: probes.collect(),
            ..Self::default()
        }
    }

    /// Whether what looks for the caller's time, and then what hands arguments over,
    /// takes all of them in this order.
    fn are_taken_as(&self, order: &[Ident]) -> bool {
        let probed = self.probes.iter().map(|probe| &probe.pat.ident);
        let handed = self.handed.iter().map(|it| &it.name);
        let mut taken: Vec<&Ident> = Vec::new();
        for name in probed.chain(handed) {
            if !taken.contains(&name) {
                taken.push(name);
            }
        }
        taken.into_iter().eq(order)
    }

    /// To a block of the user's, which takes what it wants by its name.
    fn hand_on(&mut self, argument: &mut PatType, stmts: &[Stmt]) {
        let Some(pat) = name(&argument.pat).cloned() else {
            return;
        };
        if is_rebound(&pat.ident, stmts) {
            self.handed.push(Handed {
                cfgs: cfgs(&argument.attrs),
                lints: Vec::new(),
                name: pat.ident.clone(),
                pat: Pat::Ident(without_mut(&pat)),
                bytes: bytes(&argument.ty),
            });
        }
        if may_be_request(&argument.ty) {
            *argument.pat = Pat::Ident(without_mut(&pat));
            self.probes.push(Probe::of(argument, pat));
        }
    }

    fn hand_over(&mut self, position: usize, argument: &mut PatType, limits: &Limits) {
        let lints = take_lints(&mut argument.attrs);
        let cfgs = cfgs(&argument.attrs);
        let (outer, pat) = match &mut *argument.pat {
            Pat::Wild(wild) => {
                // Dropped at the end of the function, as what has a name.
                let span = wild.underscore_token.span;
                let kept = Pat::Ident(hidden("_arg", position, span));
                (hidden("arg", position, span), kept)
            }
            pat => match name(pat) {
                Some(name) => (without_mut(name), pat.clone()),
                // Limits that are computed see the names in it.
                None if limits.are_computed() => {
                    let names = TakeNames::run(pat).into_iter();
                    self.handed.extend(names.map(|pat| Handed {
                        cfgs: cfgs.clone(),
                        lints: lints.clone(),
                        name: pat.ident.clone(),
                        pat: Pat::Ident(pat),
                        bytes: None,
                    }));
                    return;
                }
                None => (hidden("arg", position, pat.span()), pat.clone()),
            },
        };
        *argument.pat = Pat::Ident(outer.clone());
        self.handed.push(Handed {
            cfgs,
            lints,
            name: outer.ident.clone(),
            pat,
            bytes: bytes(&argument.ty),
        });
        if may_be_request(&argument.ty) {
            self.probes.push(Probe::of(argument, outer));
        }
    }
}

impl Probe {
    fn of(argument: &PatType, pat: PatIdent) -> Self {
        let mut ty = (*argument.ty).clone();
        erase_impl_trait(&mut ty);
        Self {
            cfgs: cfgs(&argument.attrs),
            pat,
            ty,
        }
    }
}

/// Whether a block begins with `let .. = name`, as those of `async_trait` do.
fn is_rebound(name: &Ident, stmts: &[Stmt]) -> bool {
    stmts
        .iter()
        .skip_while(|stmt| matches!(stmt, Stmt::Expr(Expr::If(_) | Expr::Verbatim(_), _)))
        .map_while(|stmt| match stmt {
            Stmt::Local(local) => match &*local.init.as_ref()?.expr {
                Expr::Path(path) => path.path.get_ident(),
                _ => None,
            },
            _ => None,
        })
        .any(|value| value == name)
}

fn name(pat: &Pat) -> Option<&PatIdent> {
    match pat {
        Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => Some(pat),
        _ => None,
    }
}

fn without_mut(pat: &PatIdent) -> PatIdent {
    PatIdent {
        mutability: None,
        ..pat.clone()
    }
}

fn hidden(name: &str, position: usize, user: Span) -> PatIdent {
    PatIdent {
        attrs: Vec::new(),
        by_ref: None,
        mutability: None,
        ident: Ident::new(&format!("{name}{position}"), paths::at(user)),
        subpat: None,
    }
}

/// The names in a pattern, first to last, and the `mut`s that go with them.
struct TakeNames(Vec<PatIdent>);

impl TakeNames {
    fn run(pat: &mut Pat) -> Vec<PatIdent> {
        let mut names = Self(Vec::new());
        names.visit_pat_mut(pat);
        names.0
    }
}

impl VisitMut for TakeNames {
    fn visit_pat_ident_mut(&mut self, pat: &mut PatIdent) {
        let mut name = without_mut(pat);
        if pat.by_ref.is_none() {
            name.mutability = pat.mutability.take();
        }
        name.by_ref = None;
        name.subpat = None;
        self.0.push(name);
        visit_mut::visit_pat_ident_mut(self, pat);
    }
}

/// Attributes that decide whether there is such an argument.
fn cfgs(attrs: &[Attribute]) -> Vec<Attribute> {
    let cfgs = attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
    cfgs.cloned().collect()
}

/// Attributes that are about how the body uses it.
fn take_lints(attrs: &mut Vec<Attribute>) -> Vec<Attribute> {
    let (lints, others) = std::mem::take(attrs).into_iter().partition(is_lint);
    *attrs = others;
    lints
}

/// The attributes that set the level of a lint.
pub(super) const LEVELS: [&str; 5] = ["allow", "expect", "warn", "deny", "forbid"];

fn is_lint(attr: &Attribute) -> bool {
    match &attr.meta {
        Meta::List(list) if list.path.is_ident("cfg_attr") => {
            let mut tokens = list.tokens.clone().into_iter();
            tokens.any(|token| LEVELS.iter().any(|level| token.to_string() == *level))
        }
        meta => LEVELS.iter().any(|level| meta.path().is_ident(level)),
    }
}

/// Whether the value has to be mutable for its pattern to borrow from it.
pub(crate) fn borrows_mutably(pat: &Pat) -> bool {
    struct Find(bool);
    impl<'ast> Visit<'ast> for Find {
        fn visit_pat_ident(&mut self, pat: &'ast PatIdent) {
            self.0 |= pat.by_ref.is_some() && pat.mutability.is_some();
            visit::visit_pat_ident(self, pat);
        }
    }
    let mut find = Find(false);
    find.visit_pat(pat);
    find.0
}

/// An upper bound of the size of what is known to be small.
fn bytes(ty: &Type) -> Option<usize> {
    match ty {
        Type::Reference(_) | Type::Ptr(_) => Some(16),
        Type::Path(path) => NUMBERS
            .iter()
            .find(|(name, _)| path.path.is_ident(name))
            .map(|(_, bytes)| *bytes),
        Type::Group(group) => bytes(&group.elem),
        Type::Paren(paren) => bytes(&paren.elem),
        _ => None,
    }
}

const NUMBERS: [(&str, usize); 16] = [
    ("bool", 1),
    ("char", 4),
    ("u8", 1),
    ("u16", 2),
    ("u32", 4),
    ("u64", 8),
    ("u128", 16),
    ("usize", 8),
    ("i8", 1),
    ("i16", 2),
    ("i32", 4),
    ("i64", 8),
    ("i128", 16),
    ("isize", 8),
    ("f32", 4),
    ("f64", 8),
];

fn may_be_large(receiver: &ReceiverKind) -> bool {
    match receiver {
        ReceiverKind::Reference(..) => false,
        ReceiverKind::Typed(_, ty) => !is_pointer(ty),
        _ => true,
    }
}

fn is_pointer(ty: &Type) -> bool {
    match ty {
        Type::Reference(_) => true,
        Type::Path(path) => path.path.segments.last().is_some_and(|last| {
            ["Box", "Rc", "Arc"].iter().any(|name| last.ident == name)
                || last.ident == "Pin" && pinned(&last.arguments).is_some_and(is_pointer)
        }),
        Type::Group(group) => is_pointer(&group.elem),
        Type::Paren(paren) => is_pointer(&paren.elem),
        _ => false,
    }
}

fn pinned(arguments: &PathArguments) -> Option<&Type> {
    match arguments {
        PathArguments::AngleBracketed(list) => match list.args.first() {
            Some(GenericArgument::Type(ty)) => Some(ty),
            _ => None,
        },
        _ => None,
    }
}

fn may_be_request(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => !path.path.is_ident("String") && bytes(ty).is_none(),
        Type::Group(group) => may_be_request(&group.elem),
        Type::Paren(paren) => may_be_request(&paren.elem),
        Type::Macro(_) => true,
        _ => false,
    }
}
