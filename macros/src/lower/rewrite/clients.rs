//! Calls that make a generated client.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::visit::Visit;
use syn::{
    Expr, ExprCall, ExprPath, GenericArgument, Ident, Path, PathArguments, PathSegment, Type,
    TypeInfer, token,
};

use super::Whose;
use crate::args::Exempt;
use crate::lower::syntax::{block, matched, method_call, probe};
use crate::paths;

// Input:
//     UsersClient::<Channel>::connect(dst)
//     UsersClient::new(transport)
//
// Output:
//     connect(match dst { it => { (&&Probe(&it)).tonic_scope_destination().of(it) } }, UsersClient::new)
//     lease(pool, /* the same */)
//     UsersClient::new(match transport { it => { (&&Probe(&it)).tonic_scope_transport().bind(it) } })
//
// and of the first one, if it is unscoped:
//     UsersClient::<Channel>::connect(match dst { it => { (&&Probe(&it)).tonic_scope_unscoped().of(it) } })
//
// The client's own arguments go: its transport has another type now. A phantom
// of them keeps an import of the user's from going unused.
pub(super) fn bind(call: &mut ExprCall, exempt: &Exempt, whose: Whose<'_>) -> bool {
    let Expr::Path(func) = &mut *call.func else {
        return false;
    };
    let Some(Constructor {
        client,
        dropped,
        method,
    }) = Constructor::read(func, exempt)
    else {
        return false;
    };
    let user = method.ident.span();
    match (method.ident.to_string().as_str(), call.args.len()) {
        ("connect", 1) => {
            let Some(destination) = call.args.first_mut() else {
                return false;
            };
            let given = std::mem::replace(destination, Expr::PLACEHOLDER);
            let borrowed = match whose {
                Whose::Nobody => {
                    *destination = noted(given, user);
                    return true;
                }
                Whose::Pool(pool) => Some(pool),
                Whose::Scope => None,
            };
            *destination = told(given);
            let mut new = client;
            new.segments.push(Ident::new("new", user).into());
            call.args.push(match phantom(&dropped, user) {
                Some(phantom) => block(Vec::new(), user, quote!(#phantom #new)),
                None => Expr::Verbatim(new.into_token_stream()),
            });
            if let Some(pool) = borrowed {
                call.args.insert(0, Expr::Verbatim(pool.clone()));
                *call.func = Expr::Verbatim(paths::lease(user));
            } else {
                *call.func = Expr::Verbatim(paths::connect(user));
            }
        }
        _ if matches!(whose, Whose::Nobody) => return false,
        ("new", 1) | ("with_interceptor" | "with_origin", 2) => {
            func.qself = None;
            func.path = client;
            func.path.segments.push(method);
            if let Some(transport) = call.args.first_mut() {
                let given = std::mem::replace(transport, Expr::PLACEHOLDER);
                *transport = bound(given, user, phantom(&dropped, user).as_ref());
            }
        }
        _ => return false,
    }
    true
}

// Input:
//     peers.map(UsersClient::connect)
//
// Output:
//     peers.map(|dst| connect(dst, UsersClient::new))
pub(super) fn as_value(path: &ExprPath, exempt: &Exempt, whose: Whose<'_>) -> Option<Expr> {
    let method = &path.path.segments.last()?.ident;
    (method == "connect").then(|| closure(path, exempt, whose))?
}

// Input:
//     channels.map(UsersClient::new)
//
// Output:
//     channels.map(|transport| UsersClient::new(match transport { .. }))
//
// Only where it is called with one value, for any type may have a `new`.
pub(super) fn new_as_value(path: &ExprPath, exempt: &Exempt, whose: Whose<'_>) -> Option<Expr> {
    let method = &path.path.segments.last()?.ident;
    (method == "new").then(|| closure(path, exempt, whose))?
}

/// Methods of iterators, streams, futures, options and results.
pub(super) fn calls_with_one(method: &Ident) -> bool {
    ["map", "map_ok", "and_then", "then"]
        .iter()
        .any(|name| method == name)
}

fn closure(path: &ExprPath, exempt: &Exempt, whose: Whose<'_>) -> Option<Expr> {
    let user = path.path.segments.last()?.ident.span();
    let argument = Ident::new("given", paths::at(user));
    let value = Expr::Verbatim(argument.to_token_stream());
    let mut call = ExprCall {
        attrs: Vec::new(),
        func: Box::new(Expr::Path(path.clone())),
        paren_token: token::Paren(user),
        args: std::iter::once(value).collect(),
    };
    if !bind(&mut call, exempt, whose) {
        return None;
    }
    let span = paths::at(user);
    Some(Expr::Verbatim(quote_spanned!(span=> |#argument| #call)))
}

/// What can be told of a destination: an `Endpoint` keeps most to itself.
fn told(destination: Expr) -> Expr {
    let place = destination.span();
    matched(Vec::new(), place, destination, |it| {
        let span = paths::at(place);
        let traits = paths::destination_traits(span);
        let it = quote_spanned!(span=> #it);
        let probe = probe(place, &it);
        quote_spanned! {span=>
            use #traits;
            #probe.tonic_scope_destination().of(#it)
        }
    })
}

fn noted(destination: Expr, user: Span) -> Expr {
    let place = destination.span();
    matched(Vec::new(), place, destination, |it| {
        let span = paths::at(place);
        let traits = paths::unscoped_traits(span);
        let it = quote_spanned!(span=> #it);
        let probe = probe(place, &it);
        let of = method_call(user, "of", &it);
        quote_spanned! {span=>
            use #traits;
            #probe.tonic_scope_unscoped() #of
        }
    })
}

fn bound(transport: Expr, user: Span, phantom: Option<&TokenStream>) -> Expr {
    let place = transport.span();
    matched(Vec::new(), place, transport, |it| {
        let span = paths::at(place);
        let traits = paths::transport_traits(span);
        let it = quote_spanned!(span=> #it);
        let probe = probe(place, &it);
        let bind = method_call(user, "bind", &it);
        quote_spanned! {span=>
            use #traits;
            #phantom
            #probe.tonic_scope_transport() #bind
        }
    })
}

fn phantom(dropped: &[Type], user: Span) -> Option<TokenStream> {
    let span = paths::at(user);
    let phantom = paths::phantom(span);
    (!dropped.is_empty()).then(|| quote_spanned!(span=> let _ = #phantom::<(#(#dropped,)*)>;))
}

/// `…Client::<dropped>::method`
struct Constructor {
    client: Path,
    dropped: Vec<Type>,
    method: PathSegment,
}

impl Constructor {
    /// A bare `Client` is some other library's: a generated one has the name
    /// of its service in front.
    fn read(func: &ExprPath, exempt: &Exempt) -> Option<Self> {
        if func.qself.is_none() && func.path.segments.len() < 2 {
            return None;
        }
        let mut client = func.path.clone();
        let method = client.segments.pop()?;
        if let Some(qself) = &func.qself {
            match &*qself.ty {
                Type::Path(ty) if qself.as_token.is_none() && client.segments.is_empty() => {
                    client = ty.path.clone();
                }
                _ => return None,
            }
        }
        client.segments.pop_punct();
        let is_assoc = client.segments.first()?.ident == "Self";
        let last = client.segments.last_mut()?;
        if exempt.ignores(&last.ident) {
            return None;
        }
        let name = last.ident.to_string();
        let dropped = types(std::mem::take(&mut last.arguments));
        (name.ends_with("Client") && name != "Client" && !is_assoc).then_some(Self {
            client,
            dropped,
            method,
        })
    }
}

/// The types that are written out in full.
fn types(arguments: PathArguments) -> Vec<Type> {
    let PathArguments::AngleBracketed(arguments) = arguments else {
        return Vec::new();
    };
    let types = arguments
        .args
        .into_iter()
        .filter_map(|argument| match argument {
            GenericArgument::Type(ty) => Some(ty),
            _ => None,
        });
    types.filter(|ty| !has_hole(ty)).collect()
}

fn has_hole(ty: &Type) -> bool {
    struct Hole(bool);
    impl Visit<'_> for Hole {
        fn visit_type_infer(&mut self, _: &TypeInfer) {
            self.0 = true;
        }
    }
    let mut hole = Hole(false);
    hole.visit_type(ty);
    hole.0
}
