//! Functions that have a bound one in their place, called or named.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens as _, quote_spanned};
use syn::{Expr, ExprPath, Path};

use super::Whose;
use crate::args::{Exempt, Rule};
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
//
// What cannot be bound, and is allowed, is replaced as well: by what tells leak
// checks of it.
pub(super) fn bind(path: &mut ExprPath, whose: Whose<'_>, exempt: &Exempt) -> Option<Mention> {
    let replacement = replacement(path, whose, exempt)?;
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

type Replacement = fn(Span) -> TokenStream;

fn replacement(path: &ExprPath, whose: Whose<'_>, exempt: &Exempt) -> Option<Replacement> {
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
    let unscoped = matches!(whose, Whose::Nobody);
    let unjoinable = unscoped || exempt.allows(Rule::Unjoinable);
    let (bound, as_written): (Replacement, Replacement) = match names.as_slice() {
        ["tokio" | "task", "spawn"] | ["tokio", "task", "spawn"] => {
            (paths::spawn, paths::unscoped_spawn)
        }
        ["task", "spawn_local"] | ["tokio", "task", "spawn_local"] => {
            (paths::spawn_local, paths::unscoped_spawn_local)
        }
        [.., "Channel", "balance_list"] => (paths::balance_list, paths::unscoped_balance_list),
        [.., "Channel", "balance_channel"] => {
            (paths::balance_channel, paths::unscoped_balance_channel)
        }
        ["task", "spawn_blocking"] | ["tokio", "task", "spawn_blocking"] if unjoinable => {
            (paths::spawn_blocking, paths::spawn_blocking)
        }
        ["thread", "spawn"] | ["std", "thread", "spawn"] if unjoinable => {
            (paths::spawn_thread, paths::spawn_thread)
        }
        _ => return None,
    };
    Some(if unscoped { as_written } else { bound })
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
                .is_some_and(|first| ["tokio", "tonic", "std"].iter().any(|it| first.ident == it));
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
