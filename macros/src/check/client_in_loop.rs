//! `client_in_loop`: a connection for each turn.
//!
//! A client on a transport that exists (`UsersClient::new(channel.clone())`)
//! opens nothing and may be made anywhere. An attempt that leaves the loop once
//! it has succeeded (`Ok(client) => break client`) makes one connection.

use quote::ToTokens;
use syn::{Expr, ExprCall, ExprMethodCall};

use super::misuse::Misuse;
use super::names;
use super::turns::{Around, Turns};
use crate::args::Rule;

pub(super) fn call(call: &ExprCall, turns: &Turns, misuse: &mut Misuse<'_>) {
    if names::is_connect(call, misuse.exempt)
        || names::is_balance(call)
        || names::is_channel_function(call)
    {
        refuse(&call.func, turns, misuse);
    }
}

pub(super) fn method(method: &ExprMethodCall, turns: &Turns, misuse: &mut Misuse<'_>) {
    if names::makes_channel(method) {
        refuse(&method.method, turns, misuse);
    }
}

/// `UsersClient::connect` as it is given to an adapter.
pub(super) fn argument(argument: &Expr, turns: &Turns, misuse: &mut Misuse<'_>) {
    if names::names_connect(argument, misuse.exempt) || names::names_channel(argument) {
        refuse(argument, turns, misuse);
    }
}

fn refuse(tokens: &impl ToTokens, turns: &Turns, misuse: &mut Misuse<'_>) {
    let (place, outside) = match turns.repeated() {
        None | Some(Around::Left(_) | Around::Function) => return,
        Some(Around::Loop(_)) => ("each turn of this loop".to_owned(), "before the loop"),
        Some(Around::Adapter(adapter)) => (
            format!("each item that goes through `{adapter}`"),
            "before it",
        ),
    };
    misuse.refuse(
        Rule::ClientInLoop,
        tokens,
        &format!(
            "{place} opens a connection of its own, with a socket, three tasks and a handshake\n\
             help: make the client once, {outside}, and `clone()` it: clones share the connection\n\
             help: or write `#[scoped(pool)]`, with which each borrows a connection that is there\n\
             help: where each is for another peer, let a `#[scoped]` function of its own make it and \
             close it"
        ),
    );
}

/// Whether a method calls its closures for each item.
///
/// `map`, `then` and the like are also methods of options, results and futures,
/// which call them once: `items` tells whether iteration can be seen around.
pub(super) fn is_adapter(method: &ExprMethodCall, items: bool) -> bool {
    const ALWAYS: [&str; 22] = [
        "for_each",
        "for_each_concurrent",
        "try_for_each",
        "try_for_each_concurrent",
        "filter_map",
        "try_filter_map",
        "flat_map",
        "flat_map_unordered",
        "find_map",
        "map_while",
        "take_while",
        "skip_while",
        "scan",
        "fold",
        "try_fold",
        "rfold",
        "reduce",
        "retain",
        "resize_with",
        "partition",
        "any",
        "all",
    ];
    let name = method.method.to_string();
    ALWAYS.contains(&name.as_str())
        || THROUGH.contains(&name.as_str()) && (items || yields_items(&method.receiver))
}

/// Of iterators and streams, and of options, results or futures as well.
const THROUGH: [&str; 16] = [
    "map",
    "then",
    "and_then",
    "or_else",
    "inspect",
    "filter",
    "map_ok",
    "map_err",
    "inspect_ok",
    "take",
    "skip",
    "zip",
    "cloned",
    "copied",
    "flatten",
    "by_ref",
];

/// Whether the receiver of this method is seen to be iterated, given whether
/// its result is.
pub(super) fn iterates(name: &syn::Ident, items: bool) -> bool {
    is_of_items(name) || items && THROUGH.iter().any(|method| name == method)
}

/// Whether only an iterator or a stream has this method.
fn is_of_items(name: &syn::Ident) -> bool {
    const METHODS: [&str; 20] = [
        "collect",
        "try_collect",
        "for_each",
        "for_each_concurrent",
        "try_for_each",
        "try_for_each_concurrent",
        "buffered",
        "buffer_unordered",
        "try_buffered",
        "try_buffer_unordered",
        "filter_map",
        "flat_map",
        "fold",
        "try_fold",
        "enumerate",
        "sum",
        "count",
        "last",
        "step_by",
        "partition",
    ];
    METHODS.iter().any(|method| name == method)
}

/// Whether a function takes an iterator.
pub(super) fn takes_items(func: &Expr) -> bool {
    names::function(func)
        .and_then(|path| path.segments.last())
        .is_some_and(|last| {
            [
                "join_all",
                "try_join_all",
                "select_all",
                "select_ok",
                "from_iter",
            ]
            .iter()
            .any(|name| last.ident == name)
        })
}

fn yields_items(expr: &Expr) -> bool {
    const SOURCES: [&str; 18] = [
        "iter",
        "iter_mut",
        "into_iter",
        "drain",
        "values",
        "keys",
        "values_mut",
        "into_values",
        "into_keys",
        "lines",
        "chars",
        "bytes",
        "split",
        "split_whitespace",
        "windows",
        "chunks",
        "rev",
        "chain",
    ];
    const BETWEEN: [&str; 7] = [
        "enumerate",
        "filter_map",
        "flat_map",
        "buffered",
        "buffer_unordered",
        "step_by",
        "scan",
    ];
    match expr {
        Expr::Range(_) => true,
        Expr::Paren(paren) => yields_items(&paren.expr),
        Expr::MethodCall(method) => {
            let is_one = |names: &[&str]| names.iter().any(|name| method.method == name);
            is_one(&SOURCES)
                || is_one(&BETWEEN)
                || is_one(&THROUGH) && yields_items(&method.receiver)
        }
        Expr::Call(call) => names::function(&call.func).is_some_and(|path| {
            let owner = path.segments.iter().rev().nth(1);
            owner.is_some_and(|owner| {
                let owner = owner.ident.to_string();
                owner == "stream" || owner == "iter" || owner.ends_with("Stream")
            })
        }),
        _ => false,
    }
}

/// Whether a function calls its closure for each item that it makes.
pub(super) fn makes_items(func: &Expr) -> Option<&syn::Ident> {
    let last = names::function(func)?.segments.last()?;
    ["unfold", "try_unfold", "repeat_with"]
        .iter()
        .any(|name| last.ident == name)
        .then_some(&last.ident)
}
