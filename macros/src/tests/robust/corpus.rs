//! What is mixed up: everything that must compile.

use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Attribute, Item};

/// The arguments and the items of every case that must compile.
pub(super) fn corpus() -> Vec<(TokenStream, TokenStream)> {
    let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/ui");
    let mut files = Vec::new();
    for rule in std::fs::read_dir(ui)
        .expect("the cases: they are in the repository")
        .flatten()
    {
        let cases = std::fs::read_dir(rule.path().join("pass"));
        files.extend(
            cases
                .into_iter()
                .flatten()
                .flatten()
                .map(|case| case.path()),
        );
    }
    files.sort();
    let mut corpus = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(file).expect("a case");
        let file = syn::parse_file(&text).expect("it compiles");
        corpus.extend(file.items.into_iter().filter_map(annotated));
    }
    corpus
}

fn annotated(mut item: Item) -> Option<(TokenStream, TokenStream)> {
    let attrs = match &mut item {
        Item::Fn(function) => &mut function.attrs,
        Item::Impl(block) => &mut block.attrs,
        _ => return None,
    };
    let is_scoped = |attr: &Attribute| attr.path().segments.iter().any(|it| it.ident == "scoped");
    let scoped = attrs.remove(attrs.iter().position(is_scoped)?);
    let args = match scoped.meta {
        syn::Meta::List(list) => list.tokens,
        _ => TokenStream::new(),
    };
    Some((args, item.into_token_stream()))
}

pub(super) fn flat(tokens: &TokenStream) -> impl Iterator<Item = TokenTree> + use<> {
    let mut found = Vec::new();
    for token in tokens.clone() {
        if let TokenTree::Group(group) = &token {
            found.extend(flat(&group.stream()).collect::<Vec<_>>());
        }
        found.push(token);
    }
    found.into_iter()
}
