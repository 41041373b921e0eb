//! `unjoinable`: threads, and tasks that belong to a runtime instead of a scope.

use proc_macro2::Ident;
use syn::{Expr, ExprMethodCall, ExprPath};

use super::locals::{Kind, Locals};
use super::misuse::Misuse;
use super::names;
use crate::args::Rule;

pub(super) fn path(path: &ExprPath, misuse: &mut Misuse<'_>) {
    let path = &path.path;
    if names::is(path, &["thread", "spawn"]) || names::is(path, &["std", "thread", "spawn"]) {
        misuse.refuse(Rule::Unjoinable, path, &thread("thread::spawn"));
    } else if names::ends_with(path, &["task", "spawn_blocking"]) {
        misuse.refuse(Rule::Unjoinable, path, &thread("spawn_blocking"));
    }
}

pub(super) fn method(method: &ExprMethodCall, locals: &Locals, misuse: &mut Misuse<'_>) {
    let name = &method.method;
    let receiver = &*method.receiver;
    if name == "spawn" && is_thread_builder(receiver) {
        misuse.refuse(Rule::Unjoinable, name, &thread("thread::Builder::spawn"));
    } else if !is_runtime(receiver, locals) {
    } else if name == "spawn_blocking" {
        misuse.refuse(Rule::Unjoinable, name, &thread("spawn_blocking"));
    } else if name == "spawn" || name == "spawn_local" {
        misuse.refuse(
            Rule::Unjoinable,
            name,
            "a task spawned on a runtime belongs to the runtime: it runs on when this call has ended, \
             without a deadline\n\
             help: write `tokio::spawn`, whose tasks end with the scope, or `tonic_scope::detach` for \
             work that is to outlive it",
        );
    }
}

fn thread(what: &str) -> String {
    format!(
        "nothing can end a thread from outside: what `{what}` starts runs on when the deadline is \
         over, and when the caller has gone\n\
         help: make it asynchronous and `tokio::spawn` it; what cannot be, such as short work on the \
         CPU, is to be allowed by name"
    )
}

fn is_thread_builder(expr: &Expr) -> bool {
    match expr {
        Expr::MethodCall(method) => is_thread_builder(&method.receiver),
        Expr::Call(call) => names::function(&call.func)
            .is_some_and(|path| names::ends_with(path, &["thread", "Builder", "new"])),
        _ => false,
    }
}

/// A runtime or a handle of one: named so, or made on the spot.
///
/// `handle` alone says too little, so a variable of that name counts only
/// where it can be seen to be a runtime's.
pub(super) fn is_runtime(expr: &Expr, locals: &Locals) -> bool {
    match expr {
        Expr::Paren(paren) => is_runtime(&paren.expr, locals),
        Expr::Reference(reference) => is_runtime(&reference.expr, locals),
        Expr::Try(expr) => is_runtime(&expr.expr, locals),
        Expr::Call(call) => names::function(&call.func).is_some_and(|path| {
            names::ends_with(path, &["Handle", "current"])
                || names::ends_with(path, &["Handle", "try_current"])
                || names::ends_with(path, &["Runtime", "new"])
        }),
        Expr::MethodCall(method) => {
            ["handle", "clone", "unwrap", "expect", "map_err"]
                .iter()
                .any(|name| method.method == name)
                && is_runtime(&method.receiver, locals)
        }
        Expr::Path(path) if path.path.get_ident().is_some_and(|it| locals.knows(it)) => path
            .path
            .get_ident()
            .is_some_and(|name| locals.kind(name) == Kind::Runtime),
        _ => names::place(expr).is_some_and(named_runtime),
    }
}

fn named_runtime(name: &Ident) -> bool {
    let name = name.to_string();
    name == "rt" || name == "runtime" || name.ends_with("_rt") || name.ends_with("_runtime")
}
