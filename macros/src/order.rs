//! Which of two attributes goes first.
//!
//! Above `#[async_trait]` all that we generate would be read and written once more
//! by it. Below it the compiler has less than half as much to do for our sake.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

use crate::args::{Args, Place};
use crate::errors::Errors;
use crate::input;

// Input:
//     #[scoped(args)]
//     #[tonic::async_trait]
//     impl Greeter for MyGreeter { .. }
//
// Output:
//     #[tonic::async_trait]
//     #[::tonic_scope::scoped(args)]
//     impl Greeter for MyGreeter { .. }
//
/// The impl with its attributes in the other order; none if there is no need.
pub(crate) fn behind_async_trait(args: &TokenStream, item: &TokenStream) -> Option<TokenStream> {
    if input::keyword(item.clone()).1 != "impl" {
        return None;
    }
    let mut rest = item.clone().into_iter();
    let mut above = TokenStream::new();
    loop {
        let (hash, attribute) = (rest.next()?, rest.next()?);
        let is_last = match (&hash, &attribute) {
            (TokenTree::Punct(hash), TokenTree::Group(attribute))
                if hash.as_char() == '#' && attribute.delimiter() == Delimiter::Bracket =>
            {
                is_async_trait(attribute.stream())
            }
            _ => return None,
        };
        above.extend([hash, attribute]);
        if is_last {
            break;
        }
    }
    let scoped = scoped(args);
    let below: TokenStream = rest.collect();
    Some(quote!(#above #[#scoped(#args)] #below))
}

/// `async_trait`, `tonic::async_trait` or `async_trait::async_trait(?Send)`.
fn is_async_trait(attribute: TokenStream) -> bool {
    let path = attribute
        .into_iter()
        .take_while(|token| matches!(token, TokenTree::Ident(_) | TokenTree::Punct(_)));
    matches!(path.last(), Some(TokenTree::Ident(name)) if name == "async_trait")
}

/// What is wrong with the arguments is said when they are read the second time.
fn scoped(args: &TokenStream) -> TokenStream {
    let args = Args::parse(args.clone(), Place::Impl, &mut Errors::default());
    let span = Span::call_site();
    args.root.map_or_else(
        || quote_spanned!(span=> ::tonic_scope::scoped),
        |root| quote_spanned!(span=> #root::scoped),
    )
}
