//! Methods that make a channel.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote_spanned};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprCall, ExprMethodCall, ExprPath, ExprReference, Ident};

use super::Whose;
use crate::lower::syntax::{block, matched, method_call, probe};
use crate::paths;

/// `.connect()` and its lazy and connector forms, on whatever has them.
pub(super) fn bind(expr: &mut Expr, whose: Whose<'_>) -> bool {
    let Expr::MethodCall(method) = &*expr else {
        return false;
    };
    let Some(arguments) = arguments_of(&method.method) else {
        return false;
    };
    let is_generic = arguments == 0 && method.turbofish.is_some();
    if method.args.len() != arguments || is_generic {
        return false;
    }
    // What binds a channel that is there cannot be told of one that stays as it is.
    let known = is_place(&method.receiver) || is_endpoint(&method.receiver);
    if matches!(whose, Whose::Nobody) && !known {
        return false;
    }
    let Expr::MethodCall(method) = std::mem::replace(expr, Expr::PLACEHOLDER) else {
        return false;
    };
    *expr = if is_place(&method.receiver) {
        on_place(method, whose)
    } else if is_endpoint(&method.receiver) {
        on_endpoint(method, whose)
    } else {
        on_anything(method)
    };
    true
}

// Input:
//     endpoint.connect()
//
// Output:
//     {
//         let kind = (&&Probe(&endpoint)).tonic_scope_endpoint(); // with a pool: .borrowing(pool), unscoped: .unscoped()
//         kind.connect(|| endpoint.connect())
//     }
fn on_place(mut method: ExprMethodCall, whose: Whose<'_>) -> Expr {
    let attrs = std::mem::take(&mut method.attrs);
    let receiver = method.receiver.to_token_stream();
    block(
        attrs,
        method.method.span(),
        probed(&method, &receiver, whose),
    )
}

// Input:
//     Endpoint::from_static("..").timeout(limit).connect()
//
// Output:
//     match &Endpoint::from_static("..").timeout(limit) {
//         it => {
//             let kind = (&&Probe(&it)).tonic_scope_endpoint();
//             kind.connect(|| it.connect())
//         }
//     }
fn on_endpoint(mut method: ExprMethodCall, whose: Whose<'_>) -> Expr {
    let attrs = std::mem::take(&mut method.attrs);
    let receiver = std::mem::replace(&mut *method.receiver, Expr::PLACEHOLDER);
    let receiver = Expr::Reference(ExprReference {
        attrs: Vec::new(),
        and_token: syn::Token![&](paths::generated()),
        mutability: None,
        expr: Box::new(receiver),
    });
    matched(attrs, method.method.span(), receiver, |it| {
        probed(&method, &it.to_token_stream(), whose)
    })
}

// Input:
//     Endpoint::connect(&endpoint)
//
// Output:
//     match &endpoint { it => { .. kind.connect(|| it.connect()) } }
pub(super) fn of_function(call: &ExprCall, whose: Whose<'_>) -> Option<Expr> {
    let Expr::Path(path) = &*call.func else {
        return None;
    };
    let method = endpoint_method(path)?;
    let mut args = call.args.iter().cloned();
    let receiver = args.next()?;
    let args: Punctuated<_, _> = args.collect();
    if args.len() != arguments_of(method)? {
        return None;
    }
    let called = method_of(method, &args);
    let user = method.span();
    Some(matched(call.attrs.clone(), user, receiver, |it| {
        probed(&called, &it.to_token_stream(), whose)
    }))
}

// Input:
//     endpoints.map(Endpoint::connect_lazy)
//
// Output:
//     endpoints.map(|it: &Endpoint| { .. kind.connect_lazy(|| it.connect_lazy()) })
pub(super) fn as_value(path: &ExprPath, whose: Whose<'_>) -> Option<Expr> {
    let method = endpoint_method(path)?;
    if arguments_of(method)? > 0 {
        return None;
    }
    let mut ty = path.path.clone();
    ty.segments.pop();
    ty.segments.pop_punct();
    let span = paths::at(method.span());
    let it = Ident::new("it", span);
    let called = method_of(method, &Punctuated::new());
    let body = block(
        Vec::new(),
        method.span(),
        probed(&called, &it.to_token_stream(), whose),
    );
    Some(Expr::Verbatim(quote_spanned!(span=> |#it: &#ty| #body)))
}

/// `method` of `Endpoint::method`.
fn endpoint_method(path: &ExprPath) -> Option<&Ident> {
    let mut names = path.path.segments.iter().rev().map(|it| &it.ident);
    let (method, ty) = (names.next()?, names.next()?);
    (path.qself.is_none() && ty == "Endpoint").then_some(method)
}

fn method_of(name: &Ident, args: &Punctuated<Expr, syn::Token![,]>) -> ExprMethodCall {
    ExprMethodCall {
        attrs: Vec::new(),
        receiver: Box::new(Expr::PLACEHOLDER),
        dot_token: syn::Token![.](name.span()),
        method: name.clone(),
        turbofish: None,
        paren_token: syn::token::Paren(name.span()),
        args: args.clone(),
    }
}

/// How many a method that makes a channel takes, besides its receiver.
fn arguments_of(method: &Ident) -> Option<usize> {
    match method.to_string().as_str() {
        "connect" | "connect_lazy" => Some(0),
        "connect_with_connector" | "connect_with_connector_lazy" => Some(1),
        _ => None,
    }
}

/// The `let` ends the probe's borrow before an await could see it.
fn probed(method: &ExprMethodCall, receiver: &TokenStream, whose: Whose<'_>) -> TokenStream {
    let (user, name) = (method.method.span(), method.method.to_string());
    let span = paths::at(user);
    let traits = paths::endpoint_traits(span);
    let probe = probe(user, receiver);
    let arguments = match method.args.first() {
        None => {
            let users = method_call(user, &name, &TokenStream::new());
            quote_spanned!(span=> || #receiver #users)
        }
        Some(connector) => {
            let users = method_call(user, &name, &quote_spanned!(span=> connector));
            quote_spanned!(span=> #connector, |connector| #receiver #users)
        }
    };
    let ours = method_call(user, &name, &arguments);
    let lent = match whose {
        Whose::Scope => TokenStream::new(),
        Whose::Pool(pool) => quote_spanned!(span=> .borrowing(#pool)),
        Whose::Nobody => quote_spanned!(span=> .unscoped()),
    };
    quote_spanned! {span=>
        use #traits;
        let kind = #probe.tonic_scope_endpoint() #lent;
        kind #ours
    }
}

// Input:
//     endpoint_of(user).connect()
//
// Output:
//     match endpoint_of(user).connect() {
//         it => { (&&Probe(&it)).tonic_scope_connecting().bind(it) }
//     }
fn on_anything(mut method: ExprMethodCall) -> Expr {
    let attrs = std::mem::take(&mut method.attrs);
    let user = method.method.span();
    matched(attrs, user, Expr::MethodCall(method), |it| {
        let span = paths::at(user);
        let traits = paths::connecting_traits(span);
        let probe = probe(user, &quote_spanned!(span=> #it));
        let bind = method_call(user, "bind", &quote_spanned!(span=> #it));
        quote_spanned! {span=>
            use #traits;
            #probe.tonic_scope_connecting() #bind
        }
    })
}

/// What may be named twice without running twice.
fn is_place(expr: &Expr) -> bool {
    match expr {
        Expr::Path(_) => true,
        Expr::Field(field) => is_place(&field.base),
        Expr::Paren(paren) => is_place(&paren.expr),
        Expr::Group(group) => is_place(&group.expr),
        _ => false,
    }
}

/// Whether a chain of methods begins at `Endpoint::..(..)` or `Channel::..(..)`.
fn is_endpoint(expr: &Expr) -> bool {
    match expr {
        Expr::MethodCall(method) => is_endpoint(&method.receiver),
        Expr::Try(expr) => is_endpoint(&expr.expr),
        Expr::Paren(paren) => is_endpoint(&paren.expr),
        Expr::Group(group) => is_endpoint(&group.expr),
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) => {
                let mut names = path.path.segments.iter().rev().skip(1);
                names
                    .next()
                    .is_some_and(|ty| ty.ident == "Endpoint" || ty.ident == "Channel")
            }
            _ => false,
        },
        _ => false,
    }
}
