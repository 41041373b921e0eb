//! Calls that make a generated client.

use proc_macro2::Span;
use quote::quote_spanned;
use syn::{Expr, ExprCall, ExprPath, Ident, Path, PathArguments, Type};

use crate::lower::syntax::{call, matched, probe};
use crate::paths;

// Input:
//     UsersClient::<Channel>::connect(dst)
//     UsersClient::new(transport)
//
// Output:
//     connect(dst, UsersClient::new)
//     UsersClient::new(match transport { it => { (&&Probe(&it)).transport().bind(it) } })
//
// The client's own arguments go: its transport has another type now.
pub(super) fn bind(call: &mut ExprCall) -> bool {
    let Expr::Path(func) = &mut *call.func else {
        return false;
    };
    let Some((path, method)) = constructor(func) else {
        return false;
    };
    match (method.to_string().as_str(), call.args.len()) {
        ("connect", 1) => {
            let new = Ident::new("new", method.span());
            call.args.push(Expr::Path(ExprPath {
                attrs: Vec::new(),
                qself: None,
                path: with_method(path, new, PathArguments::None),
            }));
            *call.func = Expr::Verbatim(paths::connect(method.span()));
        }
        ("new", 1) | ("with_interceptor" | "with_origin", 2) => {
            let arguments = func.path.segments.last().map(|last| last.arguments.clone());
            func.qself = None;
            func.path = with_method(path, method.clone(), arguments.unwrap_or_default());
            if let Some(transport) = call.args.first_mut() {
                *transport = bound(
                    std::mem::replace(transport, Expr::PLACEHOLDER),
                    method.span(),
                );
            }
        }
        _ => return false,
    }
    true
}

fn bound(transport: Expr, user: Span) -> Expr {
    matched(Vec::new(), transport, |it| {
        let span = paths::generated();
        let traits = paths::transport_traits(span);
        let probe = probe(&quote_spanned!(span=> #it));
        let bind = call(user, "bind", &quote_spanned!(span=> #it));
        quote_spanned! {span=>
            #[allow(unused_imports)]
            use #traits;
            #probe.transport() #bind
        }
    })
}

/// `…Client` without its arguments, and the name after it.
///
/// A bare `Client` is some other library's: a generated one has the name of
/// its service in front.
fn constructor(func: &ExprPath) -> Option<(Path, Ident)> {
    let mut path = func.path.clone();
    let method = path.segments.pop()?.ident;
    if let Some(qself) = &func.qself {
        match &*qself.ty {
            Type::Path(ty) if qself.as_token.is_none() && path.segments.is_empty() => {
                path = ty.path.clone();
            }
            _ => return None,
        }
    }
    let is_assoc = path.segments.first()?.ident == "Self";
    let client = path.segments.last_mut()?;
    let name = client.ident.to_string();
    client.arguments = PathArguments::None;
    (name.ends_with("Client") && name != "Client" && !is_assoc).then_some((path, method))
}

fn with_method(mut path: Path, method: Ident, arguments: PathArguments) -> Path {
    path.segments.push(syn::PathSegment {
        ident: method,
        arguments,
    });
    path
}
