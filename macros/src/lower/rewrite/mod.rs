//! Clients, channels and spawns in a function's own body, bound to its scope.
//!
//! Closures, async blocks and the arguments of known macros are part of the
//! body; nested items are not.

mod channels;
mod clients;
mod functions;

use proc_macro2::TokenStream;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprMethodCall, Item, Local, Macro, Stmt, StmtMacro, Type};

use crate::args::Exempt;
use crate::model::Streams;
use crate::{calls, macros};

/// Returns how many places have been bound.
pub(super) fn rewrite(
    stmts: &mut [Stmt],
    streams: &Streams,
    exempt: &Exempt,
    pool: Option<TokenStream>,
) -> usize {
    let mut rewrite = Rewrite {
        pool,
        ..Rewrite::new(streams, exempt)
    };
    for stmt in stmts {
        rewrite.visit_stmt_mut(stmt);
    }
    rewrite.changes
}

/// Whether there is anything to bind in `expr`.
pub(crate) fn binds(expr: &Expr) -> bool {
    let streams = Streams::default();
    let exempt = Exempt::default();
    let mut rewrite = Rewrite::new(&streams, &exempt);
    rewrite.visit_expr_mut(&mut expr.clone());
    rewrite.changes > 0
}

/// Whose a connection becomes, and a task.
#[derive(Clone, Copy)]
enum Whose<'a> {
    Scope,
    /// A connection is borrowed; a task is the scope's.
    Pool(&'a TokenStream),
    /// It stays as it is written, and leak checks are told.
    Nobody,
}

struct Rewrite<'a> {
    streams: &'a Streams,
    exempt: &'a Exempt,
    /// What connections are borrowed from.
    pool: Option<TokenStream>,
    /// Tells whether the tokens of a macro have to be written anew.
    changes: usize,
    /// Inside what is `unscoped`.
    as_written: bool,
}

impl<'a> Rewrite<'a> {
    fn new(streams: &'a Streams, exempt: &'a Exempt) -> Self {
        Self {
            streams,
            exempt,
            pool: None,
            changes: 0,
            as_written: false,
        }
    }

    fn whose(&self) -> Whose<'_> {
        match &self.pool {
            _ if self.as_written => Whose::Nobody,
            Some(pool) => Whose::Pool(pool),
            None => Whose::Scope,
        }
    }

    fn leaving(&mut self, unscoped: bool, visit: impl FnOnce(&mut Self)) {
        let outer = self.as_written;
        self.as_written |= unscoped;
        self.changes += usize::from(unscoped);
        visit(self);
        self.as_written = outer;
    }

    /// The function called is not visited where it has been replaced: a call
    /// is where the user's place is known.
    fn visit_call(&mut self, expr: &mut Expr) {
        let Expr::Call(call) = expr else {
            return;
        };
        for argument in &mut call.args {
            self.visit_expr_mut(argument);
        }
        if clients::bind(call, self.exempt, self.whose()) {
            self.changes += 1;
            return;
        }
        if let Some(bound) = channels::of_function(call, self.whose()) {
            *expr = bound;
            self.changes += 1;
            return;
        }
        let mention = match &mut *call.func {
            Expr::Path(path) => functions::bind(path, self.whose(), self.exempt),
            _ => None,
        };
        match (mention, &mut *call.func) {
            (Some(mention), _) => {
                self.changes += 1;
                mention.beside(expr);
            }
            // What is called is no value.
            (None, Expr::Path(path)) => visit_mut::visit_expr_path_mut(self, path),
            (None, func) => self.visit_expr_mut(func),
        }
    }

    /// A function that is named to be called by somebody else.
    fn visit_value(&mut self, expr: &mut Expr) {
        let Expr::Path(path) = expr else {
            return;
        };
        if let Some(mention) = functions::bind(path, self.whose(), self.exempt) {
            self.changes += 1;
            mention.beside(expr);
        } else if let Some(closure) = clients::as_value(path, self.exempt, self.whose())
            .or_else(|| channels::as_value(path, self.whose()))
        {
            *expr = closure;
            self.changes += 1;
        } else {
            visit_mut::visit_expr_path_mut(self, path);
        }
    }

    /// `channel.map(UsersClient::new)`
    fn visit_adapted(&mut self, method: &mut ExprMethodCall) {
        if let Some(Expr::Path(path)) = method.args.first()
            && method.args.len() == 1
            && clients::calls_with_one(&method.method)
            && let Some(closure) = clients::new_as_value(path, self.exempt, self.whose())
        {
            method.args[0] = closure;
            self.changes += 1;
        }
    }
}

impl VisitMut for Rewrite<'_> {
    fn visit_item_mut(&mut self, _: &mut Item) {}

    fn visit_local_mut(&mut self, local: &mut Local) {
        let unscoped = calls::take_unscoped(&mut local.attrs);
        self.leaving(unscoped, |it| visit_mut::visit_local_mut(it, local));
    }

    fn visit_stmt_macro_mut(&mut self, mac: &mut StmtMacro) {
        let unscoped = calls::take_unscoped(&mut mac.attrs);
        self.leaving(unscoped, |it| visit_mut::visit_stmt_macro_mut(it, mac));
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if calls::attrs_of(expr).is_some_and(calls::take_unscoped) {
            return self.leaving(true, |it| it.visit_expr_mut(expr));
        }
        match expr {
            Expr::Call(_) => self.visit_call(expr),
            Expr::Path(_) => self.visit_value(expr),
            _ => {
                if let Expr::MethodCall(method) = expr {
                    self.visit_adapted(method);
                }
                visit_mut::visit_expr_mut(self, expr);
                self.changes += usize::from(channels::bind(expr, self.whose()));
            }
        }
    }

    fn visit_type_mut(&mut self, ty: &mut Type) {
        match self.streams.original(ty) {
            Some(original) => {
                *ty = original.clone();
                self.changes += 1;
            }
            None => visit_mut::visit_type_mut(self, ty),
        }
    }

    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        let before = self.changes;
        match macros::arguments(mac, self) {
            Some(tokens) if self.changes > before => mac.tokens = tokens,
            Some(_) => {}
            None => {
                if let Some(tokens) = self.streams.replace_in_tokens(&mac.tokens) {
                    mac.tokens = tokens;
                    self.changes += 1;
                }
            }
        }
    }
}
