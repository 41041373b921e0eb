//! Shows the rules a function's own body: closures, async blocks and the
//! arguments of known macros included, nested items excluded.

use syn::visit::{self, Visit};
use syn::visit_mut::VisitMut;
use syn::{
    Arm, Block, Expr, ExprClosure, ExprMethodCall, Item, Local, Macro, Pat, Stmt, StmtMacro,
};

use super::locals::{Kind, Locals};
use super::misuse::Misuse;
use super::turns::{self, Around, Leave, Turns};
use super::{
    blocking, client_escapes, client_in_loop, fire_and_forget, leaked, names, opaque_macro,
    unjoinable,
};
use crate::errors::Errors;
use crate::macros;
use crate::model::ScopedFn;

pub(super) fn body(function: &ScopedFn<'_>, errors: &mut Errors) {
    let mut walk = Walk {
        misuse: Misuse::new(&function.exempt, errors),
        keeps_tasks: fire_and_forget::keeps_tasks(function),
        locals: Locals::of(&function.function.sig),
        turns: Turns::default(),
        may_block: false,
        next: Next::Unknown,
    };
    walk.stmts(&function.body.stmts);
}

struct Walk<'a> {
    misuse: Misuse<'a>,
    /// Whether a task may be left alone.
    keeps_tasks: bool,
    locals: Locals,
    turns: Turns,
    /// On a thread of its own.
    may_block: bool,
    next: Next,
}

/// What becomes of the expression that is visited next.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Next {
    #[default]
    Unknown,
    Iterated,
    Awaited,
}

impl Walk<'_> {
    fn stmts(&mut self, stmts: &[Stmt]) {
        let mark = self.locals.mark();
        for stmt in stmts {
            self.visit_stmt(stmt);
        }
        self.locals.forget(mark);
    }

    fn around(&mut self, around: Around, visit: impl FnOnce(&mut Self)) {
        self.turns.enter(around);
        visit(self);
        self.turns.leave();
    }

    fn leaving(&mut self, leave: Option<&Leave>, visit: impl FnOnce(&mut Self)) {
        let before = leave.map(|leave| self.turns.suspend(leave));
        visit(self);
        if let Some(before) = before {
            self.turns.restore(before);
        }
    }

    /// What a pattern in `visit` binds is not seen after it.
    fn binding(&mut self, visit: impl FnOnce(&mut Self)) {
        let mark = self.locals.mark();
        visit(self);
        self.locals.forget(mark);
    }

    fn kind(&self, value: &Expr) -> Kind {
        if client_escapes::is_client(value, &self.locals, self.misuse.exempt) {
            Kind::Client
        } else if unjoinable::is_runtime(value, &self.locals) {
            Kind::Runtime
        } else {
            Kind::Other
        }
    }

    fn closure(&mut self, closure: &ExprClosure, around: Around) {
        self.binding(|walk| {
            for pat in &closure.inputs {
                walk.locals.bind(pat, Kind::Other);
            }
            walk.around(around, |walk| walk.visit_expr(&closure.body));
        });
    }

    fn argument(&mut self, argument: &Expr, adapter: Option<&syn::Ident>) {
        match (argument, adapter) {
            (Expr::Closure(closure), Some(name)) => {
                self.closure(closure, Around::Adapter(name.clone()));
            }
            (Expr::Path(_), Some(name)) => {
                self.around(Around::Adapter(name.clone()), |walk| {
                    client_in_loop::argument(argument, &walk.turns, &mut walk.misuse);
                    walk.visit_expr(argument);
                });
            }
            _ => self.visit_expr(argument),
        }
    }

    fn method(&mut self, method: &ExprMethodCall, now: Next) {
        let items = now == Next::Iterated;
        client_in_loop::method(method, &self.turns, &mut self.misuse);
        client_escapes::method(method, &self.locals, &mut self.misuse);
        unjoinable::method(method, &self.locals, &mut self.misuse);
        if !self.may_block {
            blocking::method(method, now == Next::Awaited, &mut self.misuse);
        }
        let adapter = client_in_loop::is_adapter(method, items).then_some(&method.method);
        if client_in_loop::iterates(&method.method, items) {
            self.next = Next::Iterated;
        }
        self.visit_expr(&method.receiver);
        self.next = Next::Unknown;
        let outer = self.may_block;
        self.may_block |= method.method == "spawn_blocking";
        for argument in &method.args {
            self.argument(argument, adapter);
        }
        self.may_block = outer;
    }

    fn call(&mut self, call: &syn::ExprCall) {
        client_in_loop::call(call, &self.turns, &mut self.misuse);
        if !self.keeps_tasks {
            fire_and_forget::call(call, &mut self.misuse);
        }
        if !self.may_block {
            blocking::call(&call.func, &mut self.misuse);
        }
        self.visit_expr(&call.func);
        let outer = self.may_block;
        self.may_block |= blocking::may_block_in(&call.func);
        let adapter = client_in_loop::makes_items(&call.func);
        for argument in &call.args {
            if client_in_loop::takes_items(&call.func) {
                self.next = Next::Iterated;
            }
            self.argument(argument, adapter);
            self.next = Next::Unknown;
        }
        self.may_block = outer;
    }
}

impl<'ast> Visit<'ast> for Walk<'_> {
    fn visit_item(&mut self, _: &'ast Item) {}

    fn visit_stmt(&mut self, stmt: &'ast Stmt) {
        if !self.keeps_tasks {
            fire_and_forget::stmt(stmt, &mut self.misuse);
        }
        visit::visit_stmt(self, stmt);
    }

    fn visit_local(&mut self, local: &'ast Local) {
        let mut kind = Kind::Other;
        if names::has_unscoped(&local.attrs) {
            self.locals.bind(&local.pat, kind);
            return;
        }
        if let Some(init) = &local.init {
            kind = self.kind(&init.expr);
            self.visit_expr(&init.expr);
            if let Some((_, diverge)) = &init.diverge {
                self.visit_expr(diverge);
            }
        }
        self.locals.bind(&local.pat, kind);
    }

    fn visit_block(&mut self, block: &'ast Block) {
        let leave = turns::at_end_of(block);
        self.leaving(leave.as_ref(), |walk| walk.stmts(&block.stmts));
    }

    fn visit_arm(&mut self, arm: &'ast Arm) {
        self.binding(|walk| {
            walk.locals.bind(&arm.pat, Kind::Other);
            visit::visit_arm(walk, arm);
        });
    }

    fn visit_pat(&mut self, _: &'ast Pat) {}

    fn visit_expr(&mut self, expr: &'ast Expr) {
        let now = std::mem::take(&mut self.next);
        match expr {
            _ if names::is_unscoped(expr) => {}
            Expr::ForLoop(expr) => {
                self.visit_expr(&expr.expr);
                self.binding(|walk| {
                    walk.locals.bind(&expr.pat, Kind::Other);
                    let label = expr.label.as_ref().map(|label| &label.name);
                    walk.around(Around::Loop(turns::label(label)), |walk| {
                        walk.visit_block(&expr.body);
                    });
                });
            }
            Expr::While(expr) => self.binding(|walk| {
                let label = expr.label.as_ref().map(|label| &label.name);
                walk.around(Around::Loop(turns::label(label)), |walk| {
                    walk.visit_expr(&expr.cond);
                    walk.visit_block(&expr.body);
                });
            }),
            Expr::Loop(expr) => {
                let label = expr.label.as_ref().map(|label| &label.name);
                self.around(Around::Loop(turns::label(label)), |walk| {
                    walk.visit_block(&expr.body);
                });
            }
            Expr::Let(expr) => {
                self.visit_expr(&expr.expr);
                self.locals.bind(&expr.pat, Kind::Other);
            }
            Expr::If(cond) => {
                let leave = turns::on_success(expr);
                self.binding(|walk| {
                    walk.leaving(leave.as_ref(), |walk| walk.visit_expr(&cond.cond));
                    walk.visit_block(&cond.then_branch);
                });
                if let Some((_, otherwise)) = &cond.else_branch {
                    self.visit_expr(otherwise);
                }
            }
            Expr::Match(matched) => {
                let leave = turns::on_success(expr);
                self.leaving(leave.as_ref(), |walk| walk.visit_expr(&matched.expr));
                for arm in &matched.arms {
                    self.visit_arm(arm);
                }
            }
            Expr::Break(_) | Expr::Return(_) => {
                let leave = turns::leave(expr);
                self.leaving(leave.as_ref(), |walk| visit::visit_expr(walk, expr));
            }
            Expr::Closure(closure) => self.closure(closure, Around::Function),
            Expr::Async(block) => self.around(Around::Function, |walk| {
                walk.visit_block(&block.block);
            }),
            Expr::Await(expr) => {
                self.next = Next::Awaited;
                self.visit_expr(&expr.base);
            }
            Expr::MethodCall(method) => self.method(method, now),
            Expr::Call(call) => self.call(call),
            Expr::Assign(assign) => {
                client_escapes::assign(assign, &self.locals, &mut self.misuse);
                if !self.keeps_tasks {
                    fire_and_forget::assign(assign, &mut self.misuse);
                }
                visit::visit_expr(self, expr);
            }
            Expr::Path(path) => {
                leaked::path(path, &mut self.misuse);
                unjoinable::path(path, &mut self.misuse);
                if !self.may_block {
                    blocking::path(path, &mut self.misuse);
                }
            }
            _ => visit::visit_expr(self, expr),
        }
    }

    fn visit_stmt_macro(&mut self, mac: &'ast StmtMacro) {
        if !names::has_unscoped(&mac.attrs) {
            visit::visit_stmt_macro(self, mac);
        }
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        if macros::arguments(mac, &mut Arguments(self)).is_none() {
            opaque_macro::check(mac, &mut self.misuse);
        }
    }
}

/// The reader of macros wants someone who could write.
struct Arguments<'a, 'b>(&'a mut Walk<'b>);

impl VisitMut for Arguments<'_, '_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        self.0.visit_expr(expr);
    }

    fn visit_stmt_mut(&mut self, stmt: &mut Stmt) {
        self.0.visit_stmt(stmt);
    }
}
