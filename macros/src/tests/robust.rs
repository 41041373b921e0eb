//! Handlers with their tokens mixed up: the attribute never panics, it comes to
//! an end, and the item comes out again.
//!
//! The corpus is what must compile. The same inputs on every run; `INPUTS` says
//! how many.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::{Attribute, Item};

use crate::{calls, expand};

#[test]
fn handlers_with_mutated_tokens_neither_panic_nor_get_lost() {
    let inputs = match std::env::var("INPUTS") {
        Ok(inputs) => inputs.parse().expect("INPUTS is a number"),
        Err(_) => 5_000,
    };
    let corpus = corpus();
    assert!(corpus.len() > 20, "{}", corpus.len());
    let pool: Vec<TokenTree> = corpus
        .iter()
        .flat_map(|(args, item)| flat(args).chain(flat(item)))
        .collect();
    let mut mutate = Mutate {
        pool: &pool,
        random: Random(0x2545_F491_4F6C_DD1D),
    };
    let mut accepted = 0;
    for _ in 0..inputs {
        let (args, item) = &corpus[mutate.random.below(corpus.len())];
        let args = mutate.times(args, [0, 0, 1, 3]);
        let item = mutate.times(item, [0, 1, 2, 12]);
        let run = AssertUnwindSafe(|| check(&args, &item));
        let Ok(refused) = catch_unwind(run) else {
            panic!("#[scoped({args})]\n{item}");
        };
        accepted += usize::from(!refused);
    }
    // Both ways are taken, and often.
    assert!(accepted > inputs / 10 && accepted < inputs, "{accepted}");
}

/// Whether it is refused.
fn check(args: &TokenStream, item: &TokenStream) -> bool {
    let out = expand::expand(args.clone(), item);
    expand::test(args.clone(), item);
    let text = out.to_string();
    let refused = text.contains(":: core :: compile_error !");
    // Beside what is only misused the function is there as it would run.
    if refused && !text.contains("__private") {
        // In any order: the printer puts lifetimes before types.
        let mut left = bare(&out);
        for word in bare(item) {
            let at = left.iter().position(|it| *it == word);
            left.swap_remove(at.unwrap_or_else(|| panic!("lost: {word}")));
        }
    } else {
        // What is left alone may be as wrong as it was.
        assert!(!parses(item) || parses(&out), "not Rust: {text}");
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
        let text = group.to_string().replace(' ', "");
        group.delimiter() == Delimiter::Bracket
            && ["[scoped", "[tonic_scope::scoped"]
                .iter()
                .any(|it| text.starts_with(it))
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

/// The arguments and the items of every case that must compile.
fn corpus() -> Vec<(TokenStream, TokenStream)> {
    let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/ui");
    let mut files = Vec::new();
    for rule in std::fs::read_dir(ui).expect("the cases").flatten() {
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

fn flat(tokens: &TokenStream) -> impl Iterator<Item = TokenTree> + use<> {
    let mut found = Vec::new();
    for token in tokens.clone() {
        if let TokenTree::Group(group) = &token {
            found.extend(flat(&group.stream()).collect::<Vec<_>>());
        }
        found.push(token);
    }
    found.into_iter()
}

struct Mutate<'a> {
    pool: &'a [TokenTree],
    random: Random,
}

impl Mutate<'_> {
    fn times(&mut self, tokens: &TokenStream, times: [usize; 4]) -> TokenStream {
        let mut tokens = tokens.clone();
        for _ in 0..times[self.random.below(4)] {
            tokens = self.once(tokens);
        }
        tokens
    }

    /// Changes one place, each group being entered half of the time.
    fn once(&mut self, tokens: TokenStream) -> TokenStream {
        let mut tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let place = self.random.below(tokens.len() + 1);
        // Bodies are long, and most of what is wrong with an item is in there.
        let group = tokens
            .iter()
            .rposition(|it| matches!(it, TokenTree::Group(_)));
        let place = if self.random.below(2) == 0 {
            place
        } else {
            group.unwrap_or(place)
        };
        if let Some(TokenTree::Group(group)) = tokens.get_mut(place)
            && self.random.below(4) > 0
        {
            *group = Group::new(group.delimiter(), self.once(group.stream()));
            return tokens.into_iter().collect();
        }
        let other = self.pool[self.random.below(self.pool.len())].clone();
        match self.random.below(6) {
            0 if place < tokens.len() => drop(tokens.remove(place)),
            1 if place < tokens.len() => tokens.insert(place, tokens[place].clone()),
            2 if place < tokens.len() => tokens[place] = other,
            3 if place + 1 < tokens.len() => tokens.swap(place, place + 1),
            4 => {
                let end = (place + self.random.below(4)).min(tokens.len());
                let inner = tokens.drain(place..end).collect();
                let delimiters = [
                    Delimiter::Parenthesis,
                    Delimiter::Brace,
                    Delimiter::Bracket,
                    Delimiter::None,
                ];
                let delimiter = delimiters[self.random.below(4)];
                tokens.insert(place, Group::new(delimiter, inner).into());
            }
            _ => tokens.insert(place, other),
        }
        tokens.into_iter().collect()
    }
}

/// A small generator of our own.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound).expect("small")).expect("small")
    }
}
