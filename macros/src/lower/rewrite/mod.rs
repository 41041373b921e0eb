//! Clients, channels and spawns in a function's own body, bound to its scope.
//!
//! Closures, async blocks and the arguments of known macros are part of the
//! body; nested items are not.

mod channels;
mod clients;
mod macros;
mod spawns;

use syn::visit_mut::{self, VisitMut};
use syn::{Expr, Item, Macro, Stmt, Type};

use crate::model::Streams;

pub(super) fn rewrite(stmts: &mut [Stmt], streams: &Streams) {
    let mut rewrite = Rewrite {
        streams,
        changes: 0,
    };
    for stmt in stmts {
        rewrite.visit_stmt_mut(stmt);
    }
}

struct Rewrite<'a> {
    streams: &'a Streams,
    /// Tells whether the tokens of a macro have to be written anew.
    changes: usize,
}

impl Rewrite<'_> {
    fn changed(&mut self, changed: bool) -> bool {
        self.changes += usize::from(changed);
        changed
    }
}

impl VisitMut for Rewrite<'_> {
    fn visit_item_mut(&mut self, _: &mut Item) {}

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if let Expr::Call(call) = expr {
            for argument in &mut call.args {
                self.visit_expr_mut(argument);
            }
            let bound = clients::bind(call);
            if !self.changed(bound) {
                self.visit_expr_mut(&mut call.func);
            }
            return;
        }
        visit_mut::visit_expr_mut(self, expr);
        let bound = match expr {
            Expr::MethodCall(_) => channels::bind(expr),
            Expr::Path(path) => spawns::bind(path) || channels::bind_path(path),
            _ => false,
        };
        self.changed(bound);
    }

    fn visit_type_mut(&mut self, ty: &mut Type) {
        let replaced = self.streams.replace_in(ty);
        self.changed(replaced);
        visit_mut::visit_type_mut(self, ty);
    }

    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        let before = self.changes;
        match macros::arguments(mac, self) {
            Some(tokens) if self.changes > before => mac.tokens = tokens,
            Some(_) => {}
            None => {
                let tokens = std::mem::take(&mut mac.tokens);
                mac.tokens = self.streams.replace_in_tokens(tokens);
            }
        }
    }
}
