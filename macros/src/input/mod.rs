//! The annotated item, as far as it can be read.
//!
//! A function's body stays opaque here: while it is being typed it does not
//! parse, and its signature must come out of the macro all the same.

mod function;
mod impls;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Attribute;

pub(crate) use self::function::Function;
pub(crate) use self::impls::{Impl, Member};

pub(crate) enum Input {
    Function(Box<Function>),
    Impl(Box<Impl>),
}

impl Input {
    /// # Errors
    ///
    /// The item is neither a function nor an impl, or its head does not parse.
    pub(crate) fn parse(item: TokenStream) -> syn::Result<Self> {
        let (span, keyword) = keyword(item.clone());
        match keyword.as_str() {
            "impl" => Ok(Self::Impl(Box::new(Impl::parse(item)?))),
            "fn" => Ok(Self::Function(syn::parse2(item)?)),
            other => Err(syn::Error::new(span, refusal(other))),
        }
    }
}

/// The item as it was, without any `#[scoped]`.
impl ToTokens for Input {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Function(function) => function.to_tokens(tokens),
            Self::Impl(block) => block.to_tokens(tokens),
        }
    }
}

/// Takes every `#[scoped]` out of `attrs`.
fn take_scoped(attrs: &mut Vec<Attribute>) -> Vec<Attribute> {
    let (scoped, others) = std::mem::take(attrs).into_iter().partition(is_scoped);
    *attrs = others;
    scoped
}

fn is_scoped(attr: &Attribute) -> bool {
    let segments = &attr.path().segments;
    match segments.len() {
        1 => segments[0].ident == "scoped",
        2 => segments[0].ident == "tonic_scope" && segments[1].ident == "scoped",
        _ => false,
    }
}

/// The word that says what kind of item this is.
pub(crate) fn keyword(item: TokenStream) -> (Span, String) {
    const KEYWORDS: [&str; 11] = [
        "fn", "impl", "struct", "enum", "union", "trait", "mod", "type", "static", "use", "let",
    ];
    item.into_iter()
        .filter_map(|token| match token {
            TokenTree::Ident(ident) => Some((ident.span(), ident.to_string())),
            _ => None,
        })
        .find(|(_, word)| KEYWORDS.contains(&word.as_str()))
        .unwrap_or_else(|| (Span::call_site(), String::new()))
}

fn refusal(keyword: &str) -> String {
    match keyword {
        "trait" => {
            "a trait has no bodies to put into a scope\nhelp: annotate the `impl` instead".into()
        }
        "" => "`#[scoped]` goes on an `async fn` or an `impl`".into(),
        other => format!(
            "a `{other}` does not run, so it has no scope\n\
             help: `#[scoped]` goes on an `async fn` or an `impl`"
        ),
    }
}
