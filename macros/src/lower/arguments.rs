//! What the caller allows, and the arguments in the body.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::{Attribute, Ident, Pat, Token};

use crate::args::Limits;
use crate::model::{Arguments, Handed, Probe, ScopedFn, borrows_mutably};
use crate::paths;

// Output:
//     let _ = (&self, &a, &b);
pub(super) fn captured(arguments: &Arguments) -> TokenStream {
    let names = &arguments.captured;
    if names.is_empty() {
        return TokenStream::new();
    }
    quote_spanned!(paths::generated()=> let _ = (#(&#names,)*);)
}

/// How a look at an argument takes it.
#[derive(Clone, Copy)]
pub(super) enum By {
    /// In a future: one that was borrowed once would be kept in there until its end,
    /// although the body has taken it.
    Value,
    Reference,
}

// Output, by value:
//     let caller = Caller::NONE;
//     let (caller, request) = /* the tighter timeout, and the argument again */;
//
// Output, by reference:
//     let caller = Caller::NONE;
//     let caller = /* the tighter timeout */;
pub(super) fn caller(arguments: &Arguments, by: By) -> (TokenStream, TokenStream) {
    let span = paths::generated();
    let none = paths::no_caller(span);
    if arguments.probes.is_empty() {
        return (TokenStream::new(), none);
    }
    let traits = paths::caller_traits(span);
    let caller_of = paths::caller_of(span);
    let mut lets = quote_spanned!(span=> let caller = #none;);
    for Probe { cfgs, pat, ty } in &arguments.probes {
        let name = &pat.ident;
        let (pat, look) = match by {
            By::Value => (
                quote_spanned!(span=> (caller, #pat)),
                quote_spanned!(span=> tonic_scope_caller(caller, #name)),
            ),
            By::Reference => (
                quote_spanned!(span=> caller),
                quote_spanned!(span=> tonic_scope_caller_of(caller, &#name)),
            ),
        };
        let allow = used(name);
        lets.extend(quote_spanned! {span=>
            #(#cfgs)*
            #allow
            let #pat = {
                use #traits;
                (&#caller_of::<#ty>::NEW).#look
            };
        });
    }
    (lets, quote_spanned!(span=> caller))
}

/// The user has said of such a name that nobody uses it.
fn used(name: &Ident) -> Option<TokenStream> {
    let is_underscored = name.to_string().starts_with('_');
    is_underscored
        .then(|| quote_spanned!(paths::generated()=> #[allow(clippy::used_underscore_binding)]))
}

// Input:
//     async fn f(request: Request<T>, mut n: u32)
//
// Output, before the body, and at its begin:
//     let arguments = Held::new((request, n));
//     let (request, mut n) = arguments.take();
//
// A body that took them by their names would keep a place for each, whether it
// still needs it or not, beside the one that the function's own future has.
pub(super) fn handed(scoped: &ScopedFn<'_>) -> (TokenStream, TokenStream) {
    let arguments = &scoped.arguments;
    let handed = &arguments.handed;
    let span = paths::generated();
    let (outside, inside) = if handed.is_empty() {
        (TokenStream::new(), TokenStream::new())
    } else if handed.iter().all(is_plain) {
        let names = handed.iter().map(|it| &it.name);
        let pats = handed.iter().map(|it| &it.pat);
        hand_over(arguments, &quote!((#(#names,)*)), &quote!((#(#pats,)*)))
    } else {
        in_turn(arguments)
    };
    let receiver = arguments.receiver.as_ref();
    let receiver = receiver.map(|name| quote_spanned!(span=> let _ = &#name;));
    let used = handed.iter().filter_map(|it| used_by(&scoped.limits, it));
    (outside, quote!(#inside #(#used)* #receiver))
}

/// What a limit is computed from is used, though the body may not.
fn used_by(limits: &Limits, it: &Handed) -> Option<TokenStream> {
    let (Pat::Ident(pat), cfgs) = (&it.pat, &it.cfgs) else {
        return None;
    };
    let name = &pat.ident;
    limits
        .look_at(name)
        .then(|| quote_spanned!(paths::generated()=> #(#cfgs)* let _ = #name;))
}

fn is_plain(it: &Handed) -> bool {
    it.cfgs.is_empty()
        && it.lints.is_empty()
        && matches!(&it.pat, Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none())
}

/// References and numbers need no box to be small, nor does what is captured by a
/// body that is in one.
fn hand_over(
    arguments: &Arguments,
    value: &TokenStream,
    pat: &TokenStream,
) -> (TokenStream, TokenStream) {
    const SMALL: usize = 16;
    let span = paths::generated();
    let bytes: Option<usize> = arguments.handed.iter().map(|it| it.bytes).sum();
    let is_small = bytes.is_some_and(|bytes| bytes <= SMALL);
    let (value, taken) = if is_small || arguments.boxes_body {
        (value.clone(), quote_spanned!(span=> arguments))
    } else {
        let held = paths::held(span);
        (
            quote_spanned!(span=> #held(#value)),
            quote_spanned!(span=> arguments.take()),
        )
    };
    let outside = quote_spanned! {span=>
        #[allow(clippy::used_underscore_binding)]
        let arguments = #value;
    };
    (outside, quote_spanned!(span=> let #pat = #taken;))
}

// Input:
//     async fn f((a, _): (A, B), #[cfg(test)] c: C)
//
// Output, at the begin of the body:
//     let (arg0, arg1) = arguments.take();
//     let arg0 = arg0;
//     let (a, _) = arg0;
//     #[cfg(test)]
//     let c = arg1;
//
// Each pattern right after its value: what it leaves is dropped after what it
// binds, and before the arguments to the left of it.
fn in_turn(arguments: &Arguments) -> (TokenStream, TokenStream) {
    let span = paths::generated();
    let mut outside = TokenStream::new();
    let mut inside = TokenStream::new();
    let mut values = TokenStream::new();
    let mut pats = TokenStream::new();
    for (position, it) in arguments.handed.iter().enumerate() {
        let hidden = Ident::new(&format!("arg{position}"), span);
        let (name, pat, cfgs, lints) = (&it.name, &it.pat, &it.cfgs, &it.lints);
        let mut value = quote!(#name);
        if !cfgs.is_empty() {
            outside.extend(if_there(cfgs, &hidden, name));
            value = quote!(#hidden);
        }
        values.extend(quote!(#value,));
        pats.extend(quote!(#hidden,));
        if !matches!(pat, Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none()) {
            let mutability = borrows_mutably(pat).then(|| Token![mut](span));
            inside.extend(quote_spanned!(span=> #(#cfgs)* let #mutability #hidden = #hidden;));
        }
        inside.extend(quote_spanned!(span=> #(#cfgs)* #(#lints)* let #pat = #hidden;));
    }
    let (over, taken) = hand_over(arguments, &quote!((#values)), &quote!((#pats)));
    (quote!(#outside #over), quote!(#taken #inside))
}

/// The argument, or `()` where it is configured away: a tuple has no place for
/// what may not be there.
fn if_there(cfgs: &[Attribute], hidden: &Ident, name: &Ident) -> TokenStream {
    let span = Span::mixed_site();
    let conditions = cfgs.iter().map(|cfg| match &cfg.meta {
        syn::Meta::List(list) => list.tokens.clone(),
        other => other.to_token_stream(),
    });
    let all = quote_spanned!(span=> all(#(#conditions),*));
    quote_spanned! {span=>
        #[cfg(#all)]
        #[allow(clippy::used_underscore_binding)]
        let #hidden = #name;
        #[cfg(not(#all))]
        let #hidden = ();
    }
}
