//! Tokens in any order, in groups of any kind.

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::quote;

use super::random::Random;

/// Words that mean something to the language, to the attribute, or to nobody.
const WORDS: [&str; 72] = [
    "_",
    "abstract",
    "allow",
    "as",
    "async",
    "await",
    "balance_list",
    "box",
    "break",
    "call",
    "cfg",
    "Channel",
    "client",
    "connect",
    "connect_lazy",
    "const",
    "continue",
    "crate",
    "dyn",
    "else",
    "Endpoint",
    "enum",
    "extern",
    "false",
    "fn",
    "for",
    "forget",
    "Future",
    "gen",
    "grace",
    "idle",
    "if",
    "ignore",
    "impl",
    "in",
    "inherit",
    "join",
    "let",
    "local",
    "loop",
    "macro_rules",
    "match",
    "mem",
    "mod",
    "move",
    "mut",
    "new",
    "none",
    "Pin",
    "pub",
    "ref",
    "reserve",
    "return",
    "scoped",
    "select",
    "self",
    "Self",
    "spawn",
    "static",
    "Stream",
    "stream",
    "struct",
    "task",
    "thread",
    "timeout",
    "tokio",
    "trait",
    "type",
    "unsafe",
    "unscoped",
    "use",
    "UsersClient",
];

const ARGUMENTS: [&str; 12] = [
    "timeout",
    "call_timeout",
    "idle",
    "reserve",
    "grace",
    "stream",
    "inherit",
    "name",
    "crate",
    "allow",
    "ignore",
    "flavor",
];

const PUNCTS: [char; 22] = [
    '=', '<', '>', '!', '~', '+', '-', '*', '/', '%', '^', '&', '|', '@', '.', ',', ';', ':', '#',
    '$', '?', '\'',
];

const DELIMITERS: [Delimiter; 4] = [
    Delimiter::Parenthesis,
    Delimiter::Brace,
    Delimiter::Bracket,
    Delimiter::None,
];

pub(super) struct Arbitrary {
    pub(super) random: Random,
}

impl Arbitrary {
    /// Half of the time what may pass for an item, that its parts are looked at.
    pub(super) fn item(&mut self) -> TokenStream {
        let mut any = || self.tokens(4);
        let [head, inputs, output, body] = [any(), any(), any(), any()];
        match self.random.below(6) {
            0 => quote!(#head async fn f(#inputs) -> #output { #body }),
            1 => quote!(async fn f(self) -> R { #body }),
            2 => {
                quote!(fn f() -> Pin<Box<dyn Future<Output = R>>> { Box::pin(async move { #body }) })
            }
            3 => {
                quote!(#head impl X for Y { type WatchStream = #output; async fn f() { #body } #inputs })
            }
            _ => head,
        }
    }

    /// Half of the time what may pass for arguments, for the same reason.
    pub(super) fn args(&mut self) -> TokenStream {
        if self.random.below(2) == 0 {
            return self.tokens(2);
        }
        let count = self.random.below(4);
        (0..count).map(|_| self.argument()).collect()
    }

    fn argument(&mut self) -> TokenStream {
        let name = Ident::new(
            ARGUMENTS[self.random.below(ARGUMENTS.len())],
            Span::call_site(),
        );
        let value = match self.random.below(3) {
            0 => TokenTree::from(self.literal()).into(),
            1 => TokenTree::from(self.word()).into(),
            _ => self.tokens(2),
        };
        match self.random.below(6) {
            0 => quote!(#name,),
            1 => quote!(#name(#value),),
            2 => quote!(#name #value),
            _ => quote!(#name = #value,),
        }
    }

    pub(super) fn tokens(&mut self, depth: usize) -> TokenStream {
        let count = self.random.below(9);
        (0..count).map(|_| self.token(depth)).collect()
    }

    fn token(&mut self, depth: usize) -> TokenTree {
        match self.random.below(10) {
            0..=1 if depth > 0 => {
                let delimiter = DELIMITERS[self.random.below(DELIMITERS.len())];
                Group::new(delimiter, self.tokens(depth - 1)).into()
            }
            0..=4 => self.word().into(),
            5 => self.literal().into(),
            _ => self.punct().into(),
        }
    }

    fn word(&mut self) -> Ident {
        let word = WORDS[self.random.below(WORDS.len())];
        if word == "match" && self.random.below(2) == 0 {
            return Ident::new_raw(word, Span::call_site());
        }
        Ident::new(word, Span::call_site())
    }

    fn punct(&mut self) -> Punct {
        let spacing = [Spacing::Alone, Spacing::Joint][self.random.below(2)];
        Punct::new(PUNCTS[self.random.below(PUNCTS.len())], spacing)
    }

    fn literal(&mut self) -> Literal {
        match self.random.below(8) {
            0 => Literal::u64_unsuffixed(u64::MAX),
            1 => Literal::i8_suffixed(-1),
            2 => Literal::f64_unsuffixed(0.5),
            3 => Literal::character('\''),
            4 => Literal::byte_string(b"\xff"),
            5 => Literal::string("2s"),
            6 => Literal::string("\u{0}1e999 y"),
            _ => Literal::c_string(c"a"),
        }
    }
}
