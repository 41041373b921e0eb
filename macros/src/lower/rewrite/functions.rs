//! Functions that have a bound one in their place, called or named.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote_spanned};
use syn::{Expr, ExprPath, Path};

use crate::lower::syntax::block;
use crate::paths;

// Input:
//     tokio::spawn(future)
//     task::spawn_local(future)
//     Channel::balance_list(endpoints)
//
// Output:
//     spawn(future)
//     { use task as _; spawn_local(future) }
//     { use Channel as _; balance_list(endpoints) }
//
// A bare `spawn` may be anyone's and stays. The `use` keeps an import of the
// user's from going unused.
pub(super) fn bind(path: &mut ExprPath) -> Option<Mention> {
    let replacement = replacement(path)?;
    let last = path.path.segments.last()?.clone();
    let mut replacement = syn::parse2::<Path>(replacement(last.ident.span())).ok()?;
    replacement.segments.last_mut()?.arguments = last.arguments;
    let mut user = std::mem::replace(&mut path.path, replacement);
    user.segments.pop();
    user.segments.pop_punct();
    let last = user.segments.last_mut()?;
    last.arguments = syn::PathArguments::None;
    Some(Mention(user))
}

fn replacement(path: &ExprPath) -> Option<fn(Span) -> TokenStream> {
    if path.qself.is_some() || path.path.segments.len() < 2 {
        return None;
    }
    let names: Vec<String> = path
        .path
        .segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    match names.as_slice() {
        ["tokio" | "task", "spawn"] | ["tokio", "task", "spawn"] => Some(paths::spawn),
        ["task", "spawn_local"] | ["tokio", "task", "spawn_local"] => Some(paths::spawn_local),
        [.., "Channel", "balance_list"] => Some(paths::balance_list),
        [.., "Channel", "balance_channel"] => Some(paths::balance_channel),
        _ => None,
    }
}

/// What the user's code named and the generated code does not.
pub(super) struct Mention(Path);

impl Mention {
    /// `expr`, with the mention if an import may have been for it.
    pub(super) fn beside(self, expr: &mut Expr) {
        let Self(path) = self;
        let is_crate = path.leading_colon.is_some()
            || path
                .segments
                .first()
                .is_some_and(|first| first.ident == "tokio" || first.ident == "tonic");
        if is_crate {
            return;
        }
        let user = std::mem::replace(expr, Expr::PLACEHOLDER).into_token_stream();
        let span = paths::generated();
        *expr = block(
            Vec::new(),
            span,
            quote_spanned!(span=> use #path as _; #user),
        );
    }
}
