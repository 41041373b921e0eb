//! `pool`, `pool = EXPR` and `pool = none`: where connections come from.

use syn::{Expr, ExprGroup, ExprLit};

use super::grammar::{Argument, Value};
use crate::errors::Errors;

#[derive(Clone)]
pub(crate) enum Pool {
    /// `none`: not from the pool of the impl.
    None,
    /// That of the process.
    Default,
    /// A `&Pool`; evaluated at each entry.
    Expr(Expr),
}

impl Pool {
    pub(super) fn read(argument: Argument, errors: &mut Errors) -> Option<Self> {
        let span = argument.span();
        match argument.value {
            Value::Nothing => Some(Self::Default),
            Value::Expr(expr) => match ungrouped(expr) {
                Expr::Path(path) if path.path.is_ident("none") => Some(Self::None),
                Expr::Lit(ExprLit { .. }) => {
                    errors.at(span, NO_POOL);
                    None
                }
                expr => Some(Self::Expr(expr)),
            },
            Value::List(_) => {
                errors.at(span, NO_POOL);
                None
            }
        }
    }

    pub(crate) fn is_on(pool: Option<&Self>) -> bool {
        matches!(pool, Some(Self::Default | Self::Expr(_)))
    }
}

const NO_POOL: &str = "a pool is an expression of type `&Pool`\n\
    help: write `pool = &POOL`, `pool` alone for that of the process, or `pool = none` where a \
    method has no use for its impl's";

fn ungrouped(expr: Expr) -> Expr {
    match expr {
        Expr::Group(ExprGroup { expr, .. }) => ungrouped(*expr),
        expr => expr,
    }
}
