//! An impl block, its methods with opaque bodies.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt as _};
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, ImplItem, ImplItemType, ItemImpl};

use super::{Function, take_scoped};

pub(crate) struct Impl {
    /// Everything but the members.
    pub(crate) head: ItemImpl,
    /// Further `#[scoped]` attributes of the impl itself.
    pub(crate) scoped: Vec<Attribute>,
    pub(crate) members: Vec<Member>,
}

pub(crate) enum Member {
    Function(Box<Function>),
    Type(Box<ImplItemType>),
    Other(TokenStream),
}

impl Impl {
    /// The head is parsed with its braces empty, so that one method that does
    /// not parse costs nothing else.
    pub(super) fn parse(item: TokenStream) -> syn::Result<Self> {
        let (head, body) = split(item);
        let mut head: ItemImpl = syn::parse2(head)?;
        let (inner, members) = members.parse2(body)?;
        let scoped = take_scoped(&mut head.attrs);
        head.attrs.extend(inner);
        Ok(Self {
            head,
            scoped,
            members,
        })
    }

    /// The impl with `members` for its own.
    pub(crate) fn with_members(&self, members: TokenStream) -> TokenStream {
        let mut item = self.head.clone();
        item.items = vec![ImplItem::Verbatim(members)];
        item.into_token_stream()
    }
}

impl ToTokens for Impl {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let mut members = TokenStream::new();
        members.append_all(&self.members);
        tokens.extend(self.with_members(members));
    }
}

impl ToTokens for Member {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Function(function) => function.to_tokens(tokens),
            Self::Type(ty) => ty.to_tokens(tokens),
            Self::Other(other) => other.to_tokens(tokens),
        }
    }
}

/// `head { body }` → `head {}` and `body`.
fn split(item: TokenStream) -> (TokenStream, TokenStream) {
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    let mut body = TokenStream::new();
    // A macro's fragment comes in a group without delimiters.
    while let Some(TokenTree::Group(group)) = tokens.last()
        && group.delimiter() == Delimiter::None
    {
        let inner = group.stream();
        tokens.pop();
        tokens.extend(inner);
    }
    if let Some(TokenTree::Group(group)) = tokens.last_mut()
        && group.delimiter() == Delimiter::Brace
    {
        let mut empty = Group::new(Delimiter::Brace, TokenStream::new());
        empty.set_span(group.span());
        body = std::mem::replace(group, empty).stream();
    }
    (tokens.into_iter().collect(), body)
}

fn members(input: ParseStream<'_>) -> syn::Result<(Vec<Attribute>, Vec<Member>)> {
    let inner = input.call(Attribute::parse_inner)?;
    let mut members = Vec::new();
    while !input.is_empty() {
        members.push(member(input)?);
    }
    Ok((inner, members))
}

fn member(input: ParseStream<'_>) -> syn::Result<Member> {
    if let Some(function) = Function::parse_if_any(input)? {
        return Ok(Member::Function(Box::new(function)));
    }
    Ok(match input.parse()? {
        ImplItem::Type(ty) => Member::Type(Box::new(ty)),
        other => Member::Other(other.into_token_stream()),
    })
}
