//! A postfix chain, from its end to its begin.

use proc_macro2::Span;
use syn::spanned::Spanned as _;
use syn::{Attribute, Expr};

use super::is_call;

/// What an attribute before a chain is for.
pub(super) struct Spine {
    /// The last one first, the `await` of each.
    pub(super) awaits: Vec<Span>,
    /// A further attribute, in parentheses.
    pub(super) attr: Option<Attribute>,
}

impl Spine {
    pub(super) fn of(expr: &mut Expr) -> Self {
        let mut spine = Self {
            awaits: Vec::new(),
            attr: None,
        };
        let mut at = Some(expr);
        while let Some(expr) = at {
            if let Expr::Await(it) = expr {
                spine.awaits.push(it.await_token.span);
            }
            if let Some(attrs) = attrs(expr) {
                let found = attrs.iter().find(|attr| is_call(attr));
                spine.attr = spine.attr.or_else(|| found.cloned());
            }
            at = next(expr);
        }
        spine
    }
}

/// Puts `wrap` around the future that is awaited last.
pub(super) fn wrap(expr: &mut Expr, wrap: impl FnOnce(Span, Expr) -> Expr) {
    let mut at = Some(expr);
    while let Some(expr) = at {
        if let Expr::Await(it) = expr {
            let span = it.base.span();
            let future = std::mem::replace(&mut *it.base, Expr::PLACEHOLDER);
            *it.base = wrap(span, future);
            return;
        }
        at = next(expr);
    }
}

fn next(expr: &mut Expr) -> Option<&mut Expr> {
    match expr {
        Expr::Await(it) => Some(&mut it.base),
        Expr::Break(it) => it.expr.as_deref_mut(),
        Expr::Call(it) => Some(&mut it.func),
        Expr::Cast(it) => Some(&mut it.expr),
        Expr::Field(it) => Some(&mut it.base),
        Expr::Group(it) => Some(&mut it.expr),
        Expr::Index(it) => Some(&mut it.expr),
        Expr::MethodCall(it) => Some(&mut it.receiver),
        Expr::Paren(it) => Some(&mut it.expr),
        Expr::Reference(it) => Some(&mut it.expr),
        Expr::Return(it) => it.expr.as_deref_mut(),
        Expr::Try(it) => Some(&mut it.expr),
        Expr::Unary(it) => Some(&mut it.expr),
        _ => None,
    }
}

/// The attributes of what can be in a chain.
pub(crate) fn attrs(expr: &mut Expr) -> Option<&mut Vec<Attribute>> {
    Some(match expr {
        Expr::Await(it) => &mut it.attrs,
        Expr::Break(it) => &mut it.attrs,
        Expr::Call(it) => &mut it.attrs,
        Expr::Cast(it) => &mut it.attrs,
        Expr::Field(it) => &mut it.attrs,
        Expr::Group(it) => &mut it.attrs,
        Expr::Index(it) => &mut it.attrs,
        Expr::Macro(it) => &mut it.attrs,
        Expr::MethodCall(it) => &mut it.attrs,
        Expr::Paren(it) => &mut it.attrs,
        Expr::Path(it) => &mut it.attrs,
        Expr::Reference(it) => &mut it.attrs,
        Expr::Return(it) => &mut it.attrs,
        Expr::Try(it) => &mut it.attrs,
        Expr::Unary(it) => &mut it.attrs,
        _ => return None,
    })
}

/// Whether it is `detach(..)`, whose future has a scope of its own.
pub(super) fn is_detach(expr: &Expr) -> bool {
    let Expr::Call(call) = expr else {
        return false;
    };
    let Expr::Path(path) = &*call.func else {
        return false;
    };
    let last = path.path.segments.last();
    last.is_some_and(|last| last.ident == "detach")
}
