//! What holds for any input.

use std::collections::HashMap;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;

use crate::{calls, expand};

/// Whether it is refused.
pub(super) fn check(args: &TokenStream, item: &TokenStream) -> bool {
    let out = expand::expand(args.clone(), item);
    expand::test(args.clone(), item);
    let text = out.to_string();
    let refused = text.contains(":: core :: compile_error !");
    // Beside what is only misused the function is there as it would run.
    if refused && !text.contains("__private") {
        // In any order: the printer puts lifetimes before types.
        let mut left: HashMap<String, usize> = HashMap::new();
        for word in bare(&out) {
            *left.entry(word).or_default() += 1;
        }
        for word in bare(item) {
            let count = left.get_mut(&word).filter(|count| **count > 0);
            *count.unwrap_or_else(|| panic!("lost: {word}")) -= 1;
        }
    } else {
        // What is left alone may be as wrong as it was.
        assert!(parses(&out) || !parses(item), "not Rust: {text}");
    }
    refused
}

/// As an item, or as one of an impl.
fn parses(tokens: &TokenStream) -> bool {
    let is_file = |tokens| syn::parse2::<syn::File>(tokens).is_ok();
    is_file(tokens.clone()) || is_file(quote!(impl X { #tokens }))
}

/// The words and literals in it, but for those of our own attributes, which go.
/// Punctuation is left out, for the printer adds and drops a comma here and
/// there, and so is an empty `where`.
fn bare(tokens: &TokenStream) -> Vec<String> {
    fn write(tokens: TokenStream, out: &mut Vec<String>) {
        let mut after_pound = false;
        for token in tokens {
            let attribute = std::mem::take(&mut after_pound);
            match token {
                TokenTree::Group(group) if attribute && is_scoped(&group) => {}
                TokenTree::Group(group) => write(group.stream(), out),
                TokenTree::Punct(punct) => after_pound = punct.as_char() == '#',
                TokenTree::Ident(ident) if ident == "where" => {}
                other => out.push(other.to_string()),
            }
        }
    }
    fn is_scoped(group: &Group) -> bool {
        let is_bracket = group.delimiter() == Delimiter::Bracket;
        let text = || group.to_string().replace(' ', "");
        is_bracket
            && ["[scoped", "[tonic_scope::scoped"]
                .iter()
                .any(|it| text().starts_with(it))
    }
    let mut text = Vec::new();
    write(calls::strip(seen(tokens.clone())), &mut text);
    text
}

/// Without the delimiters that nobody sees: parsing loses them.
fn seen(tokens: TokenStream) -> TokenStream {
    let flat = tokens.into_iter().flat_map(|token| match token {
        TokenTree::Group(group) => {
            let inner = seen(group.stream());
            match group.delimiter() {
                Delimiter::None => inner,
                delimiter => TokenTree::from(Group::new(delimiter, inner)).into(),
            }
        }
        other => other.into(),
    });
    flat.collect()
}
