//! `#[call(...)]`: limits for one call, where it is made.
//!
//! The attribute binds a whole postfix chain, as the parser has it: in
//! `#[call(..)] users.get(id).await?.into_inner()` the call is what is awaited.

mod spine;
mod tokens;

use std::time::Duration;

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned as _;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, BinOp, Expr, Item, Local, Macro, Stmt};

pub(crate) use self::spine::attrs as attrs_of;
pub(crate) use self::tokens::{first_in, is_in, strip};
use crate::args::{CallArgs, Limit};
use crate::errors::Errors;
use crate::lower::{binds, setter};
use crate::{macros, paths};

/// Puts every awaited call under its limits, and says what is wrong.
///
/// An `unscoped` attribute stays where it is, for the rewriting of what it
/// stands before. A call longer than `scope` is refused.
pub(crate) fn apply(stmts: &mut [Stmt], scope: Option<Duration>, errors: &mut Errors) {
    let mut calls = Calls {
        scope,
        errors,
        found: 0,
    };
    for stmt in stmts {
        calls.visit_stmt_mut(stmt);
    }
}

/// Takes an `unscoped` attribute off; no other is left after [`apply`].
pub(crate) fn take_unscoped(attrs: &mut Vec<Attribute>) -> bool {
    !take(attrs).is_empty()
}

struct Calls<'a> {
    scope: Option<Duration>,
    errors: &'a mut Errors,
    /// Tells whether the tokens of a macro have to be written anew.
    found: usize,
}

impl Calls<'_> {
    /// Reads the attribute of a node, if it has one.
    fn read(&mut self, attrs: &mut Vec<Attribute>) -> Option<(Attribute, CallArgs)> {
        let mut found = take(attrs).into_iter();
        let attr = found.next()?;
        self.found += 1;
        for again in found {
            self.errors.push(syn::Error::new_spanned(again, TWICE));
        }
        let args = CallArgs::parse(&attr, self.errors);
        Some((attr, args))
    }

    /// Limits the call in `expr`, or makes sure that there is something to
    /// leave as written.
    fn on(&mut self, attr: &Attribute, args: &CallArgs, expr: &mut Expr) {
        if args.unscoped {
            if !binds(expr) {
                self.errors
                    .push(syn::Error::new_spanned(attr, NOTHING_UNSCOPED));
            }
            return;
        }
        self.too_long(args);
        let spine = spine::Spine::of(expr);
        if let Some(again) = spine.attr {
            self.errors.push(syn::Error::new_spanned(again, TWICE));
        }
        match spine.awaits.as_slice() {
            [] => self.errors.push(syn::Error::new_spanned(attr, NO_AWAIT)),
            [_] => spine::wrap(expr, |span, future| limited(span, future, args)),
            [last, ..] => self.errors.at(*last, SEVERAL),
        }
    }

    fn too_long(&mut self, args: &CallArgs) {
        let Some(scope) = self.scope else {
            return;
        };
        for (name, limit) in [("timeout", &args.timeout), ("idle", &args.idle)] {
            if let Some(limit) = limit
                && let Some(stated) = limit.literal()
                && stated > scope
            {
                let message = format!(
                    "this `{name}` ({}) is longer than the scope's `timeout` ({}), which ends the \
                     call first\n\
                     help: shorten it, lengthen the scope's, or `tonic_scope::detach` work that \
                     shall take longer than its scope",
                    humantime::format_duration(stated),
                    humantime::format_duration(scope),
                );
                self.errors.at(limit.span, message);
            }
        }
    }

    /// Refuses an attribute that binds less than it seems to.
    fn refuse_on(&mut self, operand: &mut Expr, message: &str) {
        let Some(attrs) = spine::attrs(operand) else {
            return;
        };
        for attr in take(attrs) {
            self.found += 1;
            self.errors.push(syn::Error::new_spanned(attr, message));
        }
    }

    fn operands(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Assign(assign) => self.refuse_on(&mut assign.left, TARGET),
            Expr::Binary(binary) if is_assignment(&binary.op) => {
                self.refuse_on(&mut binary.left, TARGET);
            }
            Expr::Binary(binary) => {
                self.refuse_on(&mut binary.left, OPERAND);
                self.refuse_on(&mut binary.right, OPERAND);
            }
            Expr::Range(range) => {
                for end in [&mut range.start, &mut range.end].into_iter().flatten() {
                    self.refuse_on(end, OPERAND);
                }
            }
            _ => {}
        }
    }
}

impl VisitMut for Calls<'_> {
    fn visit_item_mut(&mut self, _: &mut Item) {}

    fn visit_local_mut(&mut self, local: &mut Local) {
        let call = self.read(&mut local.attrs);
        match (&call, &mut local.init) {
            (Some((attr, args)), Some(init)) => self.on(attr, args, &mut init.expr),
            (Some((attr, _)), None) => self.errors.push(syn::Error::new_spanned(attr, NO_AWAIT)),
            (None, _) => {}
        }
        visit_mut::visit_local_mut(self, local);
        local.attrs.extend(kept(call));
    }

    fn visit_stmt_mut(&mut self, stmt: &mut Stmt) {
        let Stmt::Macro(mac) = stmt else {
            return visit_mut::visit_stmt_mut(self, stmt);
        };
        let call = self.read(&mut mac.attrs);
        if let Some((attr, args)) = &call {
            let mut expr = Expr::Macro(syn::ExprMacro {
                attrs: Vec::new(),
                mac: mac.mac.clone(),
            });
            self.on(attr, args, &mut expr);
        }
        visit_mut::visit_stmt_macro_mut(self, mac);
        mac.attrs.extend(kept(call));
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        self.operands(expr);
        let call = spine::attrs(expr).and_then(|attrs| self.read(attrs));
        if let Some((attr, args)) = &call {
            self.on(attr, args, expr);
        }
        let scope = self.scope;
        if spine::is_detach(expr) {
            self.scope = None;
        }
        visit_mut::visit_expr_mut(self, expr);
        self.scope = scope;
        if let Some(attrs) = spine::attrs(expr) {
            attrs.extend(kept(call));
        }
    }

    /// What is left is on nothing that could be awaited.
    fn visit_attributes_mut(&mut self, attrs: &mut Vec<Attribute>) {
        if let Some((attr, _)) = self.read(attrs) {
            self.errors.push(syn::Error::new_spanned(attr, NO_AWAIT));
        }
    }

    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        if !is_in(&mac.tokens) {
            return;
        }
        let before = self.found;
        match macros::arguments(mac, self) {
            Some(tokens) if self.found > before => mac.tokens = tokens,
            Some(_) => {}
            None => {
                let span = first_in(&mac.tokens).unwrap_or_else(|| mac.path.span());
                self.errors.at(span, OPAQUE);
            }
        }
    }
}

// Input:
//     future
//
// Output:
//     call(future, CallLimits::new().and_timeout(..).and_local())
fn limited(span: Span, future: Expr, args: &CallArgs) -> Expr {
    let generated = paths::generated();
    let new = paths::call_limits(generated);
    let mut limits = quote_spanned!(generated=> #new());
    let stated = [
        ("and_timeout", &args.timeout),
        ("and_idle", &args.idle),
        ("and_reserve", &args.reserve),
    ];
    for (name, limit) in stated {
        limits.extend(limit.as_ref().map(|limit: &Limit| setter(name, limit)));
    }
    if args.local {
        limits.extend(quote_spanned!(generated=> .and_local()));
    }
    let path: TokenStream = paths::call(span);
    Expr::Call(syn::ExprCall {
        attrs: Vec::new(),
        func: Box::new(Expr::Verbatim(path)),
        paren_token: syn::token::Paren(span),
        args: [future, Expr::Verbatim(limits)].into_iter().collect(),
    })
}

fn kept(call: Option<(Attribute, CallArgs)>) -> Option<Attribute> {
    call.filter(|(_, args)| args.unscoped).map(|(attr, _)| attr)
}

/// Takes every `#[call]` out of `attrs`.
pub(crate) fn take(attrs: &mut Vec<Attribute>) -> Vec<Attribute> {
    let (calls, others) = std::mem::take(attrs).into_iter().partition(is_call);
    *attrs = others;
    calls
}

fn is_call(attr: &Attribute) -> bool {
    let segments = &attr.path().segments;
    match segments.len() {
        1 => segments[0].ident == "call",
        2 => segments[0].ident == "tonic_scope" && segments[1].ident == "call",
        _ => false,
    }
}

fn is_assignment(op: &BinOp) -> bool {
    matches!(
        op,
        BinOp::AddAssign(_)
            | BinOp::SubAssign(_)
            | BinOp::MulAssign(_)
            | BinOp::DivAssign(_)
            | BinOp::RemAssign(_)
            | BinOp::BitXorAssign(_)
            | BinOp::BitAndAssign(_)
            | BinOp::BitOrAssign(_)
            | BinOp::ShlAssign(_)
            | BinOp::ShrAssign(_)
    )
}

const TWICE: &str = "`#[call]` stands here twice, and one call has one set of limits\n\
    help: merge the arguments into one attribute";

const NO_AWAIT: &str = "`#[call]` limits the awaited call that it stands before, and it stands \
    before none\nhelp: write it right before the call, as in `#[call(timeout = \"50ms\")] users.get(id).await`";

const SEVERAL: &str = "`#[call]` limits one call, and this chain awaits several\n\
    help: end the chain after the first in a `let`, and limit each call for itself";

const OPERAND: &str = "`#[call]` would hold for this operand alone, and reads as if it were for \
    all of the expression\n\
    help: put the call into parentheses with its attribute, or into a `let` of its own";

const OPAQUE: &str = "nobody here knows what this macro makes of a call, so it cannot be limited\n\
    help: make the call in a `let` before the macro";

const TARGET: &str = "`#[call]` is on the target of the assignment, not on the call\n\
    help: write it after the `=`, right before the call";

const NOTHING_UNSCOPED: &str = "`unscoped` leaves a client creation or a spawn as written, and \
    there is none here\nhelp: write it right before the one that is meant, or remove it";
