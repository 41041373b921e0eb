//! The attribute in tokens that are not parsed.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};

pub(crate) fn is_in(tokens: &TokenStream) -> bool {
    // As text it is looked for by the compiler's own, optimized code.
    tokens.to_string().contains("call") && first_in(tokens).is_some()
}

/// Where the first one stands.
pub(crate) fn first_in(tokens: &TokenStream) -> Option<Span> {
    let mut after_pound = false;
    for token in tokens.clone() {
        if let TokenTree::Group(group) = &token {
            if after_pound && is_call(group) {
                return Some(group.span());
            }
            if let Some(span) = first_in(&group.stream()) {
                return Some(span);
            }
        }
        after_pound = is_pound(&token);
    }
    None
}

/// The tokens without it: beside our errors, those of the compiler about an
/// attribute that it does not know would only distract.
pub(crate) fn strip(tokens: TokenStream) -> TokenStream {
    if !is_in(&tokens) {
        return tokens;
    }
    let mut out: Vec<TokenTree> = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) if out.last().is_some_and(is_pound) && is_call(&group) => {
                out.pop();
            }
            TokenTree::Group(group) => {
                let mut anew = Group::new(group.delimiter(), strip(group.stream()));
                anew.set_span(group.span());
                out.push(anew.into());
            }
            other => out.push(other),
        }
    }
    out.into_iter().collect()
}

fn is_pound(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == '#')
}

/// `[call ..]` and `[tonic_scope::call ..]`
fn is_call(group: &Group) -> bool {
    let mut tokens = group.stream().into_iter();
    let mut word = || match tokens.next() {
        Some(TokenTree::Ident(ident)) => ident.to_string(),
        Some(TokenTree::Punct(punct)) => punct.to_string(),
        _ => String::new(),
    };
    if group.delimiter() != Delimiter::Bracket {
        return false;
    }
    match word().as_str() {
        "call" => true,
        "tonic_scope" => word() == ":" && word() == ":" && word() == "call",
        _ => false,
    }
}
