//! `leaks`: whether a test is checked for leaks, and how.

use syn::{Expr, Lit};

use super::grammar::{Argument, Value};

/// Of a test, unless it says otherwise; a function has none.
#[derive(Clone)]
pub(crate) enum Leaks {
    Ignored,
    Refused,
    /// By a `LeakCheck` of the user's.
    By(Expr),
}

impl Leaks {
    pub(super) fn read(argument: Argument) -> syn::Result<Self> {
        let span = argument.span();
        match argument.value {
            Value::Expr(Expr::Lit(literal)) => match literal.lit {
                Lit::Bool(on) if on.value => Ok(Self::Refused),
                Lit::Bool(_) => Ok(Self::Ignored),
                _ => Err(syn::Error::new(span, NO_CHECK)),
            },
            Value::Expr(check) => Ok(Self::By(check)),
            Value::Nothing | Value::List(_) => Err(syn::Error::new(span, NO_CHECK)),
        }
    }
}

const NO_CHECK: &str = "`leaks` says how a test is checked for what it leaves behind\n\
    help: write a `tonic_scope::testing::LeakCheck`, as in \
    `leaks = LeakCheck::new().ignore_name(\"audit\")`, or `leaks = false` for no check";
