//! The arguments of macros whose grammar is known.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::parse::{ParseStream, Parser as _};
use syn::visit_mut::VisitMut;
use syn::{Block, Expr, ExprAwait, Ident, Macro, Pat, Token};

use crate::{calls, paths};

/// The arguments with every expression in them visited, or none where the
/// macro, or what it was given, is unknown.
pub(crate) fn arguments(mac: &Macro, visit: &mut impl VisitMut) -> Option<TokenStream> {
    let name = mac.path.segments.last()?.ident.to_string();
    let mut out = TokenStream::new();
    let parsed = match name.as_str() {
        "select" => {
            (|input: ParseStream<'_>| select(input, visit, &mut out)).parse2(mac.tokens.clone())
        }
        "matches" | "assert_matches" | "debug_assert_matches" => {
            (|input: ParseStream<'_>| matches(input, visit, &mut out)).parse2(mac.tokens.clone())
        }
        "join" | "try_join" => (|input: ParseStream<'_>| list(input, visit, &mut out, awaited))
            .parse2(mac.tokens.clone()),
        "vec" | "format" | "format_args" | "print" | "println" | "eprint" | "eprintln"
        | "write" | "writeln" | "panic" | "todo" | "unimplemented" | "unreachable" | "assert"
        | "assert_eq" | "assert_ne" | "debug_assert" | "debug_assert_eq" | "debug_assert_ne"
        | "dbg" | "anyhow" | "bail" | "ensure" | "pin" | "ready" => {
            (|input: ParseStream<'_>| list(input, visit, &mut out, expr)).parse2(mac.tokens.clone())
        }
        "event" | "trace" | "debug" | "info" | "warn" | "error" | "span" | "trace_span"
        | "debug_span" | "info_span" | "warn_span" | "error_span" => {
            (|input: ParseStream<'_>| fields(input, visit, &mut out)).parse2(mac.tokens.clone())
        }
        "stream" | "try_stream" => {
            (|input: ParseStream<'_>| statements(input, visit, &mut out)).parse2(mac.tokens.clone())
        }
        _ => return None,
    };
    parsed.ok().map(|()| out)
}

/// `a, b`, `a; n`, `biased; a, b` and `"{x}", x = a`.
fn list<V: VisitMut>(
    input: ParseStream<'_>,
    visit: &mut V,
    out: &mut TokenStream,
    element: fn(Expr, &mut V, &mut TokenStream),
) -> syn::Result<()> {
    while !input.is_empty() {
        element(input.parse()?, visit, out);
        if input.peek(Token![;]) {
            input.parse::<Token![;]>()?.to_tokens(out);
        } else if !input.is_empty() {
            input.parse::<Token![,]>()?.to_tokens(out);
        }
    }
    Ok(())
}

/// `target: "a", name = %value, ?other, "text {}", argument`, of the `tracing`
/// and `log` crates
fn fields(
    input: ParseStream<'_>,
    visit: &mut impl VisitMut,
    out: &mut TokenStream,
) -> syn::Result<()> {
    while !input.is_empty() {
        if input.peek2(Token![:]) && !input.peek2(Token![::]) {
            input.call(Ident::parse_any)?.to_tokens(out);
            input.parse::<Token![:]>()?.to_tokens(out);
        } else if is_named_field(&input.fork()) {
            while !input.peek(Token![=]) {
                input.parse::<TokenTree>()?.to_tokens(out);
            }
            input.parse::<Token![=]>()?.to_tokens(out);
        }
        input.parse::<Option<Token![%]>>()?.to_tokens(out);
        input.parse::<Option<Token![?]>>()?.to_tokens(out);
        expr(input.parse()?, visit, out);
        if input.peek(Token![;]) {
            input.parse::<Token![;]>()?.to_tokens(out);
        } else if !input.is_empty() {
            input.parse::<Token![,]>()?.to_tokens(out);
        }
    }
    Ok(())
}

/// `a.b.c =`
fn is_named_field(ahead: ParseStream<'_>) -> bool {
    loop {
        if ahead.call(Ident::parse_any).is_err() {
            return false;
        }
        if !ahead.peek(Token![.]) {
            return ahead.peek(Token![=]) && !ahead.peek(Token![==]) && !ahead.peek(Token![=>]);
        }
        if ahead.parse::<Token![.]>().is_err() {
            return false;
        }
    }
}

/// The body of a generator, of the `async-stream` crate.
fn statements(
    input: ParseStream<'_>,
    visit: &mut impl VisitMut,
    out: &mut TokenStream,
) -> syn::Result<()> {
    for mut stmt in input.call(Block::parse_within)? {
        visit.visit_stmt_mut(&mut stmt);
        stmt.to_tokens(out);
    }
    Ok(())
}

/// `value, pattern if guard, "message {}", argument`
fn matches(
    input: ParseStream<'_>,
    visit: &mut impl VisitMut,
    out: &mut TokenStream,
) -> syn::Result<()> {
    expr(input.parse()?, visit, out);
    input.parse::<Token![,]>()?.to_tokens(out);
    Pat::parse_multi_with_leading_vert(input)?.to_tokens(out);
    if input.peek(Token![if]) {
        input.parse::<Token![if]>()?.to_tokens(out);
        expr(input.parse()?, visit, out);
    }
    if input.peek(Token![,]) {
        input.parse::<Token![,]>()?.to_tokens(out);
    }
    list(input, visit, out, expr)
}

/// `biased; pattern = future, if condition => handler, else => handler`
fn select(
    input: ParseStream<'_>,
    visit: &mut impl VisitMut,
    out: &mut TokenStream,
) -> syn::Result<()> {
    if input.peek(Ident) && input.peek2(Token![;]) {
        input.parse::<Ident>()?.to_tokens(out);
        input.parse::<Token![;]>()?.to_tokens(out);
    }
    while !input.is_empty() {
        if input.peek(Token![else]) {
            input.parse::<Token![else]>()?.to_tokens(out);
        } else {
            // `complete => ..` and `default => ..` of the futures crate are patterns, too.
            Pat::parse_multi_with_leading_vert(input)?.to_tokens(out);
            if input.peek(Token![=]) && !input.peek(Token![=>]) {
                input.parse::<Token![=]>()?.to_tokens(out);
                awaited(input.parse()?, visit, out);
            }
            if input.peek(Token![,]) {
                input.parse::<Token![,]>()?.to_tokens(out);
                input.parse::<Token![if]>()?.to_tokens(out);
                expr(input.parse()?, visit, out);
            }
        }
        input.parse::<Token![=>]>()?.to_tokens(out);
        expr(Expr::parse_with_earlier_boundary_rule(input)?, visit, out);
        input.parse::<Option<Token![,]>>()?.to_tokens(out);
    }
    Ok(())
}

fn expr(mut expr: Expr, visit: &mut impl VisitMut, out: &mut TokenStream) {
    visit.visit_expr_mut(&mut expr);
    expr.to_tokens(out);
}

/// A future that the macro awaits: a `#[call]` before it sees that `await`.
fn awaited<V: VisitMut>(mut expr: Expr, visit: &mut V, out: &mut TokenStream) {
    let attrs = calls::attrs_of(&mut expr)
        .map(calls::take)
        .unwrap_or_default();
    if attrs.is_empty() {
        visit.visit_expr_mut(&mut expr);
        return expr.to_tokens(out);
    }
    let span = paths::generated();
    let mut expr = Expr::Await(ExprAwait {
        attrs,
        base: Box::new(expr),
        dot_token: Token![.](span),
        await_token: Token![await](span),
    });
    visit.visit_expr_mut(&mut expr);
    match expr {
        Expr::Await(ExprAwait { attrs, base, .. }) => {
            for attr in &attrs {
                attr.to_tokens(out);
            }
            base.to_tokens(out);
        }
        other => other.to_tokens(out),
    }
}
