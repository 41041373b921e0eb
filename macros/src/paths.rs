//! Every path in generated code. No other file spells one into the runtime.
//!
//! Each function takes the span that its tokens get. A call with
//! `#[track_caller]` reports the span of its own tokens, so it is given the
//! user's; everything else gets [`generated`] or [`at`], which hides it from
//! lints and keeps its names out of the user's way.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote_spanned};
use syn::Path;

/// For tokens that stand for nothing the user wrote.
pub(crate) fn generated() -> Span {
    Span::mixed_site()
}

/// For tokens of ours whose errors belong at the user's.
pub(crate) fn at(user: Span) -> Span {
    Span::mixed_site().located_at(user)
}

/// Generated code that finds everything in `root`, for `crate = ".."`.
///
/// It is put in at the end, so that no stage has to hand it on and code without
/// it costs nothing: only what is generated names `::tonic_scope::__private`.
pub(crate) fn rooted(tokens: TokenStream, root: &Path) -> TokenStream {
    let mut out: Vec<TokenTree> = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let mut anew = Group::new(group.delimiter(), rooted(group.stream(), root));
                anew.set_span(group.span());
                out.push(anew.into());
            }
            TokenTree::Ident(ident) if ident == "__private" && follows_root(&out) => {
                out.truncate(out.len() - 5);
                let span = ident.span();
                let tokens = root.to_token_stream().into_iter().map(|mut token| {
                    token.set_span(span);
                    token
                });
                out.extend(tokens);
                out.extend(quote_spanned!(span=> ::));
                out.push(ident.into());
            }
            other => out.push(other),
        }
    }
    out.into_iter().collect()
}

/// Whether the tokens so far end in `::tonic_scope::`.
fn follows_root(tokens: &[TokenTree]) -> bool {
    let [.., a, b, TokenTree::Ident(name), c, d] = tokens else {
        return false;
    };
    let colon =
        |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':');
    name == "tonic_scope" && [a, b, c, d].into_iter().all(colon)
}

macro_rules! paths {
    ($($name:ident => [$($path:tt)*])*) => {
        $(pub(crate) fn $name(span: Span) -> TokenStream {
            quote_spanned!(span=> $($path)*)
        })*
    };
}

paths! {
    scoped_stream => [::tonic_scope::__private::ScopedStream]

    run => [::tonic_scope::__private::run]
    run_boxed => [::tonic_scope::__private::boxed]
    run_boxed_local => [::tonic_scope::__private::boxed_local]
    held => [::tonic_scope::__private::Held::new]
    site => [::tonic_scope::__private::Site::new]
    annotation => [::tonic_scope::__private::Annotation::new]
    limits => [::tonic_scope::__private::Limits::new]
    boxed => [::std::boxed::Box::pin]
    duration => [::core::time::Duration::new]
    phantom => [::core::marker::PhantomData]

    probe => [::tonic_scope::__private::Probe]
    caller_of => [::tonic_scope::__private::CallerOf]
    no_caller => [::tonic_scope::__private::Caller::NONE]
    caller_traits => [::tonic_scope::__private::{ViaOther as _, ViaRequest as _}]

    value => [::tonic_scope::__private::Value]
    streaming => [::tonic_scope::__private::Streaming]
    test => [::tonic_scope::__private::Test]
    mode_of => [::tonic_scope::__private::ModeOf]
    mode_traits => [::tonic_scope::__private::{ModeBound as _, ModeStream as _, ModeValue as _}]

    connect => [::tonic_scope::__private::connect]
    destination_traits => [::tonic_scope::__private::{IsDestination as _, OtherDestination as _}]

    lease => [::tonic_scope::__private::lease]
    pool => [::tonic_scope::__private::pool]
    default_pool => [::tonic_scope::__private::DEFAULT_POOL]
    pool_name => [pool]

    transport_traits => [::tonic_scope::__private::{BoundTransport as _, OtherTransport as _}]

    endpoint_traits => [::tonic_scope::__private::{IsEndpoint as _, NotEndpoint as _}]
    connecting_traits => [::tonic_scope::__private::{ConnectFuture as _, OtherFuture as _}]
    balance_list => [::tonic_scope::__private::balance_list]
    balance_channel => [::tonic_scope::__private::balance_channel]

    call => [::tonic_scope::__private::call]
    call_limits => [::tonic_scope::__private::CallLimits::new]

    unscoped_traits => [::tonic_scope::__private::{UnscopedDestination as _, UnscopedOther as _}]
    unscoped_balance_list => [::tonic_scope::__private::unscoped_balance_list]
    unscoped_balance_channel => [::tonic_scope::__private::unscoped_balance_channel]
    unscoped_spawn => [::tonic_scope::__private::unscoped_spawn]
    unscoped_spawn_local => [::tonic_scope::__private::unscoped_spawn_local]
    spawn_blocking => [::tonic_scope::__private::spawn_blocking]
    spawn_thread => [::tonic_scope::__private::spawn_thread]

    checked => [::tonic_scope::__private::checked]
    leak_check => [::tonic_scope::__private::LeakCheck::new]
    failed_traits => [::tonic_scope::__private::{Failed as _, NotFailed as _}]

    spawn => [::tonic_scope::__private::spawn]
    spawn_local => [::tonic_scope::__private::spawn_local]
}
