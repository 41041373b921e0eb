//! The value of a limit: a duration with a unit, an expression, or `none`.

use std::fmt;
use std::time::Duration;

use proc_macro2::TokenStream;
use syn::{Expr, ExprLit, ExprUnary, Ident, Lit, UnOp};

use super::grammar::{Argument, Value};
use super::{Bound, Limit};
use crate::errors::Errors;

/// A literal above it has lost its unit, or means no limit at all. The same
/// length is absurd in a `grpc-timeout` header, too.
const LONGEST: Duration = Duration::from_secs(31_557_600);

/// The argument that a limit is read for.
#[derive(Clone, Copy)]
pub(super) struct Name<'a> {
    ident: &'a Ident,
    /// Whether it can be `none`.
    none: bool,
}

impl Name<'_> {
    /// Of a scope: its `timeout` can be `none`.
    pub(super) fn of_scope(ident: &Ident) -> Name<'_> {
        let none = ident == "timeout";
        Name { ident, none }
    }

    /// Of a call.
    pub(super) fn of_call(ident: &Ident) -> Name<'_> {
        Name { ident, none: false }
    }
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.ident.fmt(f)
    }
}

pub(super) fn limit(
    argument: Argument,
    name: fn(&Ident) -> Name<'_>,
    errors: &mut Errors,
) -> Limit {
    let span = argument.span();
    let name = name(&argument.name);
    let read = match argument.value {
        Value::Expr(expr) => bound(name, expr),
        Value::Nothing | Value::List(_) => Err(format!(
            "`{name}` has no value\nhelp: write for example `{name} = \"2s\"`"
        )),
    };
    let bound = read.unwrap_or_else(|message| {
        errors.at(span, message);
        Bound::Expr(Expr::Verbatim(TokenStream::new()))
    });
    Limit { span, bound }
}

fn bound(name: Name<'_>, expr: Expr) -> Result<Bound, String> {
    match expr {
        Expr::Lit(ExprLit { lit, .. }) => literal(name, &lit).map(Bound::Literal),
        Expr::Unary(ExprUnary {
            op: UnOp::Neg(_),
            expr,
            ..
        }) if matches!(*expr, Expr::Lit(_)) => Err(negative(name)),
        Expr::Group(group) => bound(name, *group.expr),
        Expr::Path(path) if path.path.is_ident("none") => {
            if name.none {
                Ok(Bound::None)
            } else {
                Err(format!(
                    "only the `timeout` of a scope can be `none`\nhelp: leave `{name}` out to have none"
                ))
            }
        }
        expr => Ok(Bound::Expr(expr)),
    }
}

fn literal(name: Name<'_>, literal: &Lit) -> Result<Duration, String> {
    match literal {
        Lit::Str(text) => text_to_duration(name, &text.value()),
        Lit::Int(number) => Err(without_quotes(
            name,
            number.base10_digits(),
            number.suffix(),
        )),
        Lit::Float(number) => Err(without_quotes(
            name,
            number.base10_digits(),
            number.suffix(),
        )),
        _ => Err(format!(
            "`{name}` is no duration\n\
             help: write a string with a unit, as in `{name} = \"2s\"`, or an expression of type \
             `Duration`"
        )),
    }
}

fn text_to_duration(name: Name<'_>, text: &str) -> Result<Duration, String> {
    let written = text.trim();
    if written.starts_with('-') {
        return Err(negative(name));
    }
    if written.starts_with('0') && written.bytes().all(|byte| matches!(byte, b'0' | b'.')) {
        return Err(zero(name));
    }
    if !written.is_empty()
        && written
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
    {
        return Err(without_unit(name, written));
    }
    match humantime::parse_duration(written) {
        Ok(Duration::ZERO) => Err(zero(name)),
        Ok(duration) if duration > LONGEST => Err(too_long(name, written)),
        Ok(duration) => Ok(duration),
        Err(humantime::DurationError::NumberOverflow) if !written.contains('.') => {
            Err(too_long(name, written))
        }
        Err(error) => Err(format!(
            "`\"{text}\"` is no duration: {error}\nhelp: write for example `{name} = \"1m 30s\"`"
        )),
    }
}

fn without_quotes(name: Name<'_>, digits: &str, suffix: &str) -> String {
    if suffix.is_empty() {
        return without_unit(name, digits);
    }
    format!("a duration is written as a string\nhelp: write `{name} = \"{digits}{suffix}\"`")
}

fn without_unit(name: Name<'_>, digits: &str) -> String {
    format!(
        "`{name}` has no unit, and a guess could be wrong a thousandfold\n\
         help: write `{name} = \"{digits}s\"` or `{name} = \"{digits}ms\"`"
    )
}

fn negative(name: Name<'_>) -> String {
    format!("`{name}` is negative, and no time runs backwards\nhelp: write a positive duration")
}

fn zero(name: Name<'_>) -> String {
    let (harm, remedy) = match name.ident.to_string().as_str() {
        _ if name.none => (
            "would end everything before it starts",
            "write a longer one, or `timeout = none` for the caller's deadline only",
        ),
        "reserve" => ("keeps nothing back", "write a longer one, or leave it out"),
        "grace" => (
            "leaves what was ended no time to be gone",
            "write a longer one, or leave it out for 100 ms",
        ),
        _ => (
            "would end everything before it starts",
            "write a longer one, or leave it out",
        ),
    };
    format!("`{name}` is zero and {harm}\nhelp: {remedy}")
}

fn too_long(name: Name<'_>, written: &str) -> String {
    let remedy = if name.none {
        "write a shorter one, or `timeout = none` for the caller's deadline only"
    } else {
        "write a shorter one, or leave it out"
    };
    format!("`\"{written}\"` is over a year and limits nothing\nhelp: {remedy}")
}
