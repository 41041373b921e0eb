//! What is known by its name.

use proc_macro2::Ident;
use syn::{Attribute, Expr, ExprCall, ExprMethodCall, ExprPath, Meta, Path, Type};

use crate::args::Exempt;

/// Whether a path ends in one of these, each two segments or more, or is it.
///
/// A crate's name stands first or not at all: `my::tokio::spawn` is another's.
pub(super) fn ends_with(path: &Path, names: &[&str]) -> bool {
    let segments = &path.segments;
    names.len() <= segments.len()
        && segments
            .iter()
            .rev()
            .zip(names.iter().rev())
            .all(|(segment, name)| segment.ident == name)
}

/// Exactly these segments.
pub(super) fn is(path: &Path, names: &[&str]) -> bool {
    path.segments.len() == names.len() && ends_with(path, names)
}

/// The path of a function that is called or named.
pub(super) fn function(expr: &Expr) -> Option<&Path> {
    match expr {
        Expr::Path(ExprPath {
            qself: None, path, ..
        }) => Some(path),
        Expr::Paren(paren) => function(&paren.expr),
        Expr::Group(group) => function(&group.expr),
        _ => None,
    }
}

/// Whether `#[call(unscoped)]` leaves it as written: it lives on its own terms.
pub(super) fn is_unscoped(expr: &Expr) -> bool {
    let attrs = match expr {
        Expr::Await(expr) => &expr.attrs,
        Expr::Call(call) => &call.attrs,
        Expr::Macro(mac) => &mac.attrs,
        Expr::MethodCall(method) => &method.attrs,
        Expr::Path(path) => &path.attrs,
        Expr::Try(expr) => &expr.attrs,
        _ => return false,
    };
    has_unscoped(attrs)
}

pub(super) fn has_unscoped(attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| match &attr.meta {
        Meta::List(list) => {
            list.path
                .segments
                .last()
                .is_some_and(|last| last.ident == "call")
                && list.tokens.to_string().contains("unscoped")
        }
        _ => false,
    })
}

/// The functions that start a task of the scope.
pub(super) fn is_spawn(path: &Path) -> bool {
    [
        &["tokio", "spawn"][..],
        &["task", "spawn"],
        &["task", "spawn_local"],
        &["tokio", "task", "spawn"],
        &["tokio", "task", "spawn_local"],
    ]
    .iter()
    .any(|names| is(path, names))
}

/// A bare `Client` is some other library's.
pub(super) fn is_client(name: &Ident, exempt: &Exempt) -> bool {
    let text = name.to_string();
    text.len() > "Client".len() && text.ends_with("Client") && !exempt.ignores(name)
}

/// `method` of `…Client::method`.
pub(super) fn client_method<'a>(path: &'a ExprPath, exempt: &Exempt) -> Option<&'a Ident> {
    let method = &path.path.segments.last()?.ident;
    let ty = match &path.qself {
        None => &path.path,
        Some(qself) => match &*qself.ty {
            Type::Path(ty) if qself.as_token.is_none() && path.path.segments.len() == 1 => {
                return is_client(&ty.path.segments.last()?.ident, exempt).then_some(method);
            }
            _ => return None,
        },
    };
    let owner = ty.segments.iter().rev().nth(1)?;
    let of_self = ty.segments.first()?.ident == "Self";
    (!of_self && is_client(&owner.ident, exempt)).then_some(method)
}

/// A call that makes a client with a connection of its own.
pub(super) fn is_connect(call: &ExprCall, exempt: &Exempt) -> bool {
    call.args.len() == 1 && names_connect(&call.func, exempt)
}

pub(super) fn names_connect(func: &Expr, exempt: &Exempt) -> bool {
    matches!(func, Expr::Path(path)
        if client_method(path, exempt).is_some_and(|method| method == "connect"))
}

/// `Channel::balance_list(..)` and `Channel::balance_channel(..)`
pub(super) fn is_balance(call: &ExprCall) -> bool {
    function(&call.func).is_some_and(|path| {
        ends_with(path, &["Channel", "balance_list"])
            || ends_with(path, &["Channel", "balance_channel"])
    })
}

/// `Endpoint::connect(&endpoint)` and its kin.
pub(super) fn is_channel_function(call: &ExprCall) -> bool {
    let arguments = call.args.len();
    function(&call.func).is_some_and(|path| {
        arguments == 1 && is_one_of(path, &["connect", "connect_lazy"])
            || arguments == 2
                && is_one_of(
                    path,
                    &["connect_with_connector", "connect_with_connector_lazy"],
                )
    })
}

fn is_one_of(path: &Path, methods: &[&str]) -> bool {
    methods
        .iter()
        .any(|method| ends_with(path, &["Endpoint", method]))
}

/// `Endpoint::connect` as it is given to somebody who calls it.
pub(super) fn names_channel(func: &Expr) -> bool {
    function(func).is_some_and(|path| is_one_of(path, &["connect", "connect_lazy"]))
}

/// A method that makes a channel. Many things have a `connect`, so that one
/// counts only where its receiver says that it is an endpoint.
pub(super) fn makes_channel(method: &ExprMethodCall) -> bool {
    let name = &method.method;
    let arguments = method.args.len();
    let lazy = name == "connect_lazy" && arguments == 0
        || (name == "connect_with_connector" || name == "connect_with_connector_lazy")
            && arguments == 1;
    lazy || name == "connect" && arguments == 0 && is_endpoint(&method.receiver)
}

fn is_endpoint(expr: &Expr) -> bool {
    match expr {
        Expr::MethodCall(method) => is_endpoint(&method.receiver),
        Expr::Try(expr) => is_endpoint(&expr.expr),
        Expr::Paren(paren) => is_endpoint(&paren.expr),
        Expr::Reference(reference) => is_endpoint(&reference.expr),
        Expr::Field(field) => match &field.member {
            syn::Member::Named(name) => named_endpoint(name),
            syn::Member::Unnamed(_) => false,
        },
        Expr::Path(path) => path.path.get_ident().is_some_and(named_endpoint),
        Expr::Call(call) => function(&call.func).is_some_and(|path| {
            let owner = path.segments.iter().rev().nth(1);
            owner.is_some_and(|ty| ty.ident == "Endpoint" || ty.ident == "Channel")
        }),
        _ => false,
    }
}

fn named_endpoint(name: &Ident) -> bool {
    let name = name.to_string();
    name == "endpoint" || name.ends_with("_endpoint")
}

/// The last identifier of a variable, field or getter.
pub(super) fn place(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Path(path) => path.path.get_ident(),
        Expr::Field(field) => match &field.member {
            syn::Member::Named(name) => Some(name),
            syn::Member::Unnamed(_) => None,
        },
        Expr::Paren(paren) => place(&paren.expr),
        Expr::Reference(reference) => place(&reference.expr),
        _ => None,
    }
}
