//! Expansions, as readable Rust.

/// Keeps the expansion and nothing else: the input is in the test.
macro_rules! snapshot {
    ($expansion:expr $(,)?) => {{
        let mut settings = insta::Settings::clone_current();
        settings.set_omit_expression(true);
        settings.set_prepend_module_to_snapshot(false);
        settings.bind(|| insta::assert_snapshot!($expansion));
    }};
}

mod calls;
mod errors;
mod forms;
mod half_typed;
mod impls;
mod misuse;
mod rewrites;
mod robust;

use std::str::FromStr as _;

use proc_macro2::TokenStream;

/// What `#[scoped(args)] item` becomes.
fn expand(args: &str, item: &str) -> String {
    let expanded = crate::expand::expand(tokens(args), &tokens(item));
    match syn::parse2(expanded.clone()) {
        Ok(file) => prettyplease::unparse(&file),
        Err(error) => panic!("not Rust: {error}\n{expanded}"),
    }
}

/// The messages in it.
fn errors(args: &str, item: &str) -> Vec<String> {
    let expanded = crate::expand::expand(tokens(args), &tokens(item));
    messages(expanded)
}

fn messages(tokens: TokenStream) -> Vec<String> {
    let mut found = Vec::new();
    let mut in_error = false;
    for token in tokens {
        match token {
            proc_macro2::TokenTree::Ident(ident) => in_error = ident == "compile_error",
            proc_macro2::TokenTree::Group(group) if in_error => {
                let message: syn::LitStr = syn::parse2(group.stream()).expect("a message");
                found.push(message.value());
                in_error = false;
            }
            proc_macro2::TokenTree::Group(group) => found.extend(messages(group.stream())),
            _ => {}
        }
    }
    found
}

fn tokens(text: &str) -> TokenStream {
    TokenStream::from_str(text).expect("the test's input lexes")
}
