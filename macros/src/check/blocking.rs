//! `blocking`: a thread that is blocked polls nothing, no deadline either.

use syn::{Expr, ExprMethodCall, ExprPath, Path};

use super::misuse::Misuse;
use super::names;
use crate::args::Rule;

pub(super) fn path(path: &ExprPath, misuse: &mut Misuse<'_>) {
    let path = &path.path;
    // A single name may be a variable.
    let Some(last) = path.segments.last().filter(|_| path.segments.len() > 1) else {
        return;
    };
    let remedy = if names::ends_with(path, &["thread", "sleep"]) {
        "write `tokio::time::sleep(..).await`"
    } else if last.ident == "block_on" {
        "`.await` the future: this function is asynchronous already"
    } else if names::ends_with(path, &["task", "block_in_place"]) {
        "make the work asynchronous, or yield between its steps with `tokio::task::yield_now`"
    } else if names::ends_with(path, &["reqwest", "blocking", "get"]) {
        "write `reqwest::get(..).await`"
    } else {
        return;
    };
    misuse.refuse(Rule::Blocking, path, &message(&last.ident, remedy));
}

/// `block_on(..)`, as it is called in every crate that has one.
pub(super) fn call(func: &Expr, misuse: &mut Misuse<'_>) {
    if let Some(name) = names::function(func).and_then(Path::get_ident)
        && name == "block_on"
    {
        let remedy = "`.await` the future: this function is asynchronous already";
        misuse.refuse(Rule::Blocking, name, &message(name, remedy));
    }
}

/// `awaited`: a method whose result is awaited does not block, whatever its name.
pub(super) fn method(method: &ExprMethodCall, awaited: bool, misuse: &mut Misuse<'_>) {
    let name = method.method.to_string();
    let remedy = match name.as_str() {
        _ if awaited => return,
        "block_on" => "`.await` the future: this function is asynchronous already",
        "blocking_recv" => "write `.recv().await`, or `.await` a oneshot receiver",
        "blocking_recv_many" => "write `.recv_many(..).await`",
        "blocking_send" => "write `.send(..).await`",
        "blocking_lock" | "blocking_lock_owned" => "write `.lock().await`",
        "blocking_read" | "blocking_read_owned" => "write `.read().await`",
        "blocking_write" | "blocking_write_owned" => "write `.write().await`",
        _ => return,
    };
    misuse.refuse(
        Rule::Blocking,
        &method.method,
        &message(&method.method, remedy),
    );
}

fn message(name: &syn::Ident, remedy: &str) -> String {
    format!(
        "`{name}` blocks the thread: while it does, no deadline can fire and no cancellation \
         arrives, here or in other tasks of the thread\nhelp: {remedy}"
    )
}

/// Whether the closures given to a function run on a thread that may block, or
/// that is refused already.
pub(super) fn may_block_in(func: &Expr) -> bool {
    let is_one = |path: &Path| {
        path.segments
            .last()
            .is_some_and(|last| last.ident == "spawn_blocking" || last.ident == "block_in_place")
            || names::ends_with(path, &["thread", "spawn"])
            || names::ends_with(path, &["rayon", "spawn"])
    };
    names::function(func).is_some_and(is_one)
}
