//! `name`, `name = expr` and `name(...)`, separated by commas, read to the end
//! past whatever is wrong.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::spanned::Spanned as _;
use syn::{Expr, Ident, Token, token};

use crate::errors::Errors;

pub(super) struct Argument {
    pub(super) name: Ident,
    pub(super) value: Value,
}

pub(super) enum Value {
    Nothing,
    Expr(Expr),
    List(TokenStream),
}

impl Argument {
    /// The value, or the name of an argument without one.
    pub(super) fn span(&self) -> Span {
        match &self.value {
            Value::Expr(expr) => expr.span(),
            Value::List(tokens) if !tokens.is_empty() => tokens.span(),
            Value::Nothing | Value::List(_) => self.name.span(),
        }
    }
}

impl Parse for Argument {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if !input.peek(Ident::peek_any) {
            return Err(input.error("an argument has a name, as in `timeout = \"2s\"`"));
        }
        let name = Ident::parse_any(input)?;
        let value = if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            if input.is_empty() || input.peek(Token![,]) {
                Value::Nothing
            } else {
                Value::Expr(input.parse()?)
            }
        } else if input.peek(token::Paren) {
            let content;
            syn::parenthesized!(content in input);
            Value::List(content.parse()?)
        } else {
            Value::Nothing
        };
        Ok(Self { name, value })
    }
}

/// All readable arguments, each name once.
pub(super) fn arguments(tokens: TokenStream, errors: &mut Errors) -> Vec<Argument> {
    let mut found: Vec<Argument> = Vec::new();
    let list = |input: ParseStream<'_>| {
        while !input.is_empty() {
            match input.parse::<Argument>() {
                Err(error) => {
                    errors.push(error);
                    skip_to_comma(input)?;
                }
                Ok(argument) => {
                    if let Some(stray) = skip_to_comma(input)? {
                        errors.at(stray, "expected a `,` before the next argument");
                    }
                    if found.iter().any(|earlier| earlier.name == argument.name) {
                        errors.push(repeated(&argument.name));
                    } else {
                        found.push(argument);
                    }
                }
            }
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(())
    };
    if let Err(error) = list.parse2(tokens) {
        errors.push(error);
    }
    found
}

/// An argument that `taker` does not take.
pub(super) fn unknown(name: &Ident, taker: &str, known: &[&str]) -> syn::Error {
    let written = name.to_string();
    let message = match closest(&written, known) {
        Some(meant) => format!("unknown argument `{written}`: did you mean `{meant}`?"),
        None => format!(
            "unknown argument `{written}`\nhelp: `{taker}` takes {}",
            list_of(known)
        ),
    };
    syn::Error::new(name.span(), message)
}

fn repeated(name: &Ident) -> syn::Error {
    let message =
        format!("`{name}` is given twice, and only one can hold\nhelp: remove one of them");
    syn::Error::new(name.span(), message)
}

/// The first token that was skipped.
fn skip_to_comma(input: ParseStream<'_>) -> syn::Result<Option<Span>> {
    let mut first = None;
    while !input.is_empty() && !input.peek(Token![,]) {
        let token: TokenTree = input.parse()?;
        first.get_or_insert(token.span());
    }
    Ok(first)
}

/// At 0.8 a dropped, doubled or swapped letter is found, and so is `timeout_ms`;
/// `deadline` is not taken for `inherit`.
pub(super) fn closest<'a>(written: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .map(|known| (strsim::jaro_winkler(written, known), *known))
        .filter(|(similarity, _)| *similarity > 0.8)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, known)| known)
}

pub(super) fn list_of(known: &[&str]) -> String {
    let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    }
}
