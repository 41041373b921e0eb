//! The arguments of `#[test(...)]`: those of a scope, those of `#[tokio::test]`,
//! and `leaks`.

use std::time::Duration;

use proc_macro2::{Span, TokenStream, TokenTree};

use super::{Args, Bound, Leaks, Limit, Place, grammar};
use crate::errors::Errors;

pub(crate) struct TestArgs {
    pub(crate) scope: Args,
    pub(crate) tokio: TokenStream,
    pub(crate) leaks: Leaks,
}

const OF_TOKIO: [&str; 4] = [
    "flavor",
    "worker_threads",
    "start_paused",
    "unhandled_panic",
];

/// A test that takes longer hangs. The process default is not for tests: one of
/// them may set it.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

impl TestArgs {
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut of_scope = TokenStream::new();
        let mut of_tokio = TokenStream::new();
        let mut of_check = TokenStream::new();
        let mut at_begin = true;
        let mut taker = Taker::Scope;
        for token in tokens {
            if at_begin {
                taker = Taker::of(&token.to_string());
            }
            at_begin = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ',');
            let tokens = match taker {
                Taker::Scope => &mut of_scope,
                Taker::Tokio => &mut of_tokio,
                Taker::Check => &mut of_check,
            };
            tokens.extend([token]);
        }
        let mut scope = Args::parse(of_scope, Place::Function, errors);
        scope.limits.timeout.get_or_insert(Limit {
            span: Span::call_site(),
            bound: Bound::Literal(DEFAULT_TIMEOUT),
        });
        let leaks = grammar::arguments(of_check, errors).into_iter().next();
        let leaks = leaks.and_then(|leaks| errors.note(Leaks::read(leaks)));
        Self {
            scope,
            tokio: of_tokio,
            leaks: leaks.unwrap_or(Leaks::Refused),
        }
    }
}

/// Whom an argument is for.
enum Taker {
    Scope,
    Tokio,
    Check,
}

impl Taker {
    fn of(name: &str) -> Self {
        match name {
            "leaks" => Self::Check,
            _ if OF_TOKIO.contains(&name) => Self::Tokio,
            _ => Self::Scope,
        }
    }
}
