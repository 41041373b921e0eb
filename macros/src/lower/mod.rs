//! The model as the code that runs.

mod arguments;
mod function;
mod rewrite;
mod scope;
mod syntax;

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote_spanned};
use syn::ImplItemType;
use syn::spanned::Spanned as _;

pub(crate) use self::rewrite::binds;
pub(crate) use self::scope::setter;
use crate::input::Member;
use crate::model::{Model, ScopedFn, ScopedImpl, Streams};
use crate::paths;

pub(crate) fn lower(model: Model<'_>) -> TokenStream {
    match model {
        Model::Function(function) => function
            .map(|it| function::lower(*it, &Streams::default()))
            .unwrap_or_default(),
        Model::Impl(block) => lower_impl(*block),
    }
}

// Input:
//     impl Greeter for MyGreeter {
//         type WatchStream = S;
//         async fn watch(&self, ..) -> Result<Response<Self::WatchStream>, Status> { .. }
//     }
//
// Output:
//     impl Greeter for MyGreeter {
//         type WatchStream = ScopedStream<S>;
//         /* each method lowered, with S for Self::WatchStream in its body */
//     }
fn lower_impl(model: ScopedImpl<'_>) -> TokenStream {
    let ScopedImpl {
        block,
        streams,
        methods,
        ..
    } = model;
    let mut methods = methods.into_iter().map(|method| method.scoped).peekable();
    let mut members = TokenStream::new();
    for member in &block.members {
        match member {
            Member::Function(function) => {
                let is_next =
                    |next: &ScopedFn<'_>| std::ptr::eq(next.function, &raw const **function);
                match methods.next_if(is_next) {
                    Some(scoped) => members.extend(function::lower(scoped, &streams)),
                    None => function.to_tokens(&mut members),
                }
            }
            Member::Type(ty) if streams.is_wrapped(&ty.ident) => {
                wrapped(ty).to_tokens(&mut members);
            }
            Member::Type(ty) => ty.to_tokens(&mut members),
            Member::Other(other) => other.to_tokens(&mut members),
        }
    }
    block.with_members(members)
}

fn wrapped(ty: &ImplItemType) -> ImplItemType {
    let mut wrapped = ty.clone();
    let stream = &ty.ty;
    let scoped_stream = paths::scoped_stream(paths::at(stream.span()));
    wrapped.ty =
        syn::Type::Verbatim(quote_spanned!(paths::at(stream.span())=> #scoped_stream<#stream>));
    wrapped
}
