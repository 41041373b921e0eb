//! Expressions of ours in place of the user's.
//!
//! They are nodes and not tokens, for the printer puts parentheses around a
//! node that begins a statement or receives a method. What is inside them is
//! tokens: parsing those again could only fail.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::{Arm, Attribute, Block, Expr, ExprBlock, ExprMatch, Ident, Pat, PatIdent, Stmt, token};

use crate::paths;

/// `{ content }`
pub(super) fn block(attrs: Vec<Attribute>, user: Span, content: TokenStream) -> Expr {
    Expr::Block(ExprBlock {
        attrs,
        label: None,
        block: Block {
            brace_token: token::Brace(paths::at(user)),
            stmts: vec![Stmt::Expr(Expr::Verbatim(content), None)],
        },
    })
}

/// `match value { it => { content } }`
///
/// A `let` in a block would end the temporaries of `value` too early.
pub(super) fn matched(
    attrs: Vec<Attribute>,
    user: Span,
    value: Expr,
    content: impl FnOnce(&Ident) -> TokenStream,
) -> Expr {
    let span = paths::at(user);
    let it = Ident::new("it", span);
    let body = block(Vec::new(), user, content(&it));
    let pat = Pat::Ident(PatIdent {
        attrs: Vec::new(),
        by_ref: None,
        mutability: None,
        ident: it,
        subpat: None,
    });
    let arm = Arm {
        attrs: Vec::new(),
        pat,
        fat_arrow_token: syn::Token![=>](span),
        body: Box::new(body),
        comma: None,
    };
    Expr::Match(ExprMatch {
        attrs,
        match_token: syn::Token![match](span),
        expr: Box::new(value),
        brace_token: token::Brace(span),
        arms: vec![arm],
    })
}

/// `(&&Probe(&subject))`
pub(super) fn probe(user: Span, subject: &TokenStream) -> TokenStream {
    let span = paths::at(user);
    let probe = paths::probe(span);
    quote_spanned!(span=> (&&#probe(&#subject)))
}

/// `.method(arguments)`, with the user's place for `#[track_caller]`.
pub(super) fn method_call(user: Span, method: &str, arguments: &TokenStream) -> TokenStream {
    let method = Ident::new(method, user);
    quote_spanned!(user=> .#method(#arguments))
}
