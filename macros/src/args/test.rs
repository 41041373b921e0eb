//! The arguments of `#[test(...)]`: those of a scope, and those of
//! `#[tokio::test]`.

use std::time::Duration;

use proc_macro2::{Span, TokenStream, TokenTree};

use super::{Args, Bound, Limit, Place};
use crate::errors::Errors;

pub(crate) struct TestArgs {
    pub(crate) scope: Args,
    pub(crate) tokio: TokenStream,
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
        let mut at_begin = true;
        let mut for_tokio = false;
        for token in tokens {
            if at_begin {
                let name = token.to_string();
                for_tokio = OF_TOKIO.contains(&name.as_str());
            }
            at_begin = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ',');
            if for_tokio {
                of_tokio.extend([token]);
            } else {
                of_scope.extend([token]);
            }
        }
        let mut scope = Args::parse(of_scope, Place::Function, errors);
        scope.limits.timeout.get_or_insert(Limit {
            span: Span::call_site(),
            bound: Bound::Literal(DEFAULT_TIMEOUT),
        });
        Self {
            scope,
            tokio: of_tokio,
        }
    }
}
