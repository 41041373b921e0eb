//! Tokens that nobody would write: the attribute never panics, it comes to an
//! end, and the item comes out again.
//!
//! `INPUTS` says how many each test tries.

mod arbitrary;
mod check;
mod corpus;
mod mutate;
mod random;

use std::panic::{AssertUnwindSafe, catch_unwind};

use proc_macro2::{TokenStream, TokenTree};

use self::arbitrary::Arbitrary;
use self::corpus::{corpus, flat};
use self::mutate::Mutate;
use self::random::Random;

#[test]
fn handlers_with_mutated_tokens_neither_panic_nor_get_lost() {
    let corpus = corpus();
    assert!(corpus.len() > 20, "{}", corpus.len());
    let pool: Vec<TokenTree> = corpus
        .iter()
        .flat_map(|(args, item)| flat(args).chain(flat(item)))
        .collect();
    let mut mutate = Mutate {
        pool: &pool,
        random: Random(0x2545_F491_4F6C_DD1D),
    };
    let inputs = inputs();
    let mut accepted = 0;
    for _ in 0..inputs {
        let (args, item) = &corpus[mutate.random.below(corpus.len())];
        let args = mutate.times(args, [0, 0, 1, 3]);
        let item = mutate.times(item, [0, 1, 2, 12]);
        accepted += usize::from(!refused(&args, &item));
    }
    // Both ways are taken, and often.
    assert!(accepted > inputs / 10 && accepted < inputs, "{accepted}");
}

#[test]
fn tokens_in_any_order_neither_panic_nor_get_lost() {
    let mut arbitrary = Arbitrary {
        random: Random(0x9E37_79B9_7F4A_7C15),
    };
    let inputs = inputs();
    let mut accepted = 0;
    for _ in 0..inputs {
        let args = arbitrary.args();
        let item = arbitrary.item();
        accepted += usize::from(!refused(&args, &item));
    }
    // Now and then it happens to be a function.
    assert!(
        accepted > inputs / 1000 && accepted < inputs / 2,
        "{accepted}"
    );
}

fn inputs() -> usize {
    match std::env::var("INPUTS") {
        Ok(inputs) => inputs.parse().expect("INPUTS is a number"),
        Err(_) => 5_000,
    }
}

/// Whether it is refused; the input, if that panics.
fn refused(args: &TokenStream, item: &TokenStream) -> bool {
    let run = AssertUnwindSafe(|| check::check(args, item));
    let Ok(refused) = catch_unwind(run) else {
        panic!("#[scoped({args})]\n{item}");
    };
    refused
}
