//! Bodies in which there is nothing to see.
//!
//! Most of what the attribute costs the compiler is reading bodies and writing them
//! again, and many bodies only use the clients that they are given.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::parse::Parser as _;
use syn::{Block, Expr, Stmt};

use crate::input::Function;

/// A part of every name that is bound, refused or taken away, wherever it is
/// written; `Self` for the streams of an impl.
const WORDS: [&str; 11] = [
    "Client",
    "connect",
    "balance_",
    "spawn",
    "call",
    "block",
    "sleep",
    "forget",
    "leak",
    "ManuallyDrop",
    "Self",
];

/// Whether a body may have what somebody here looks for.
//
// As text it is searched by code that is optimized, in the compiler and in std.
pub(crate) fn is_worth_reading(body: &TokenStream) -> bool {
    let text = body.to_string();
    WORDS.iter().any(|word| text.contains(word))
}

// Input:
//     Box::pin(async move { edge let __self = self; let __ret: R = { stmts }; __ret })
//
// Output:
//     Box::pin(async move {})
//     /* tokens: */ edge, let __self = self; /* tokens: */ let __ret: R = { stmts }; __ret
//
/// What `async_trait` has made of a body, if that need not be read. That it can be is
/// known: it has been.
pub(super) fn boxed(function: &Function) -> Option<(Vec<Stmt>, Vec<Stmt>)> {
    if is_worth_reading(&function.body) {
        return None;
    }
    let (pinned, content) = emptied(&function.body, &[Delimiter::Parenthesis, Delimiter::Brace])?;
    let content: Vec<TokenTree> = content.into_iter().collect();
    let is = |token: &TokenTree, word: &str| matches!(token, TokenTree::Ident(it) if it == word);
    let edge = content.iter().position(is_block)? + 1;
    let result = content
        .windows(2)
        .position(|pair| is(&pair[0], "let") && is(&pair[1], "__ret"))?;
    if !is(content.first()?, "if") || result < edge {
        return None;
    }
    let mut content = content.into_iter();
    let mut take = |count: usize| content.by_ref().take(count).collect::<TokenStream>();
    let (edge, names) = (take(edge), take(result - edge));
    let mut stmts = vec![Stmt::Expr(Expr::Verbatim(edge), None)];
    stmts.extend(Block::parse_within.parse2(names).ok()?);
    stmts.push(Stmt::Expr(Expr::Verbatim(content.collect()), None));
    Some((Block::parse_within.parse2(pinned).ok()?, stmts))
}

fn is_block(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

/// The tokens with their last group empty, and what was in it; `path` leads there,
/// from one last group to the next.
fn emptied(tokens: &TokenStream, path: &[Delimiter]) -> Option<(TokenStream, TokenStream)> {
    let Some((delimiter, further)) = path.split_first() else {
        return Some((TokenStream::new(), tokens.clone()));
    };
    let mut tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let Some(TokenTree::Group(last)) = tokens.pop() else {
        return None;
    };
    if last.delimiter() != *delimiter {
        return None;
    }
    let (inner, content) = emptied(&last.stream(), further)?;
    let mut anew = Group::new(last.delimiter(), inner);
    anew.set_span(last.span());
    tokens.push(anew.into());
    Some((tokens.into_iter().collect(), content))
}
