//! `fire_and_forget`: a task that nobody waits for, in a function whose end
//! ends it.
//!
//! `let _feeder = tokio::spawn(..)` is accepted: a handle with a name says that
//! the task is a helper of this function, and may end with it.

use syn::visit::{self, Visit};
use syn::{Expr, ExprAssign, ExprCall, Local, Pat, PathSegment, Stmt};

use super::misuse::Misuse;
use super::names;
use crate::args::Rule;
use crate::model::{Mode, ScopedFn};

/// Whether tasks are to end with something else than the call: with a test, or
/// with what the return type calls a stream. One that is none hides a misuse,
/// one that were missed would refuse what is right.
pub(super) fn keeps_tasks(function: &ScopedFn<'_>) -> bool {
    struct Named(bool);
    impl<'ast> Visit<'ast> for Named {
        fn visit_path_segment(&mut self, segment: &'ast PathSegment) {
            self.0 |= segment.ident.to_string().ends_with("Stream");
            visit::visit_path_segment(self, segment);
        }
    }
    let mut named = Named(false);
    if let Some(output) = &function.body.output {
        named.visit_type(output);
    }
    function.output.streaming || named.0 || function.output.mode == Mode::Test
}

pub(super) fn stmt(stmt: &Stmt, misuse: &mut Misuse<'_>) {
    match stmt {
        Stmt::Expr(expr, Some(_)) => refuse(expr, misuse),
        Stmt::Local(Local {
            pat,
            init: Some(init),
            attrs,
            ..
        }) if is_wild(pat) && !names::has_unscoped(attrs) => refuse(&init.expr, misuse),
        _ => {}
    }
}

pub(super) fn assign(assign: &ExprAssign, misuse: &mut Misuse<'_>) {
    if matches!(*assign.left, Expr::Infer(_)) {
        refuse(&assign.right, misuse);
    }
}

pub(super) fn call(call: &ExprCall, misuse: &mut Misuse<'_>) {
    let is_drop = names::function(&call.func)
        .is_some_and(|path| path.is_ident("drop") || names::ends_with(path, &["mem", "drop"]));
    if let (true, [argument]) = (is_drop, call.args.iter().collect::<Vec<_>>().as_slice()) {
        refuse(argument, misuse);
    }
}

fn is_wild(pat: &Pat) -> bool {
    match pat {
        Pat::Wild(_) => true,
        Pat::Type(typed) => is_wild(&typed.pat),
        Pat::Paren(paren) => is_wild(&paren.pat),
        _ => false,
    }
}

fn refuse(expr: &Expr, misuse: &mut Misuse<'_>) {
    let Expr::Call(call) = expr else {
        return;
    };
    if names::is_unscoped(expr) {
        return;
    }
    let Some(path) = names::function(&call.func).filter(|path| names::is_spawn(path)) else {
        return;
    };
    misuse.refuse(
        Rule::FireAndForget,
        path,
        "nobody waits for this task, and it is aborted as soon as this function returns: its work \
         would be cut off at some point\n\
         help: `.await` the handle before returning\n\
         help: for work that is to outlive the call: `tonic_scope::detach(\"name\", limit, future)`\n\
         help: for a helper that may end with the call, name the handle: `let _helper = ..`",
    );
}
