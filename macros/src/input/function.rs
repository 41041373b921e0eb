//! A function or method with an opaque body.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::discouraged::Speculative as _;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Signature, Token, Visibility, token};

use super::take_scoped;

pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    /// The `#[scoped]` attributes that stood among the others.
    pub(crate) scoped: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) defaultness: Option<Token![default]>,
    pub(crate) sig: Signature,
    pub(crate) brace: token::Brace,
    pub(crate) body: TokenStream,
}

impl Function {
    /// If a function with a body comes next.
    ///
    /// # Errors
    ///
    /// Never, for a body is tokens.
    pub(super) fn parse_if_any(input: ParseStream<'_>) -> syn::Result<Option<Self>> {
        let ahead = input.fork();
        match Head::parse(&ahead) {
            Ok(head) if ahead.peek(token::Brace) => {
                input.advance_to(&ahead);
                Self::with(head, input).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn with(head: Head, input: ParseStream<'_>) -> syn::Result<Self> {
        let Head {
            mut attrs,
            vis,
            defaultness,
            sig,
        } = head;
        let content;
        Ok(Self {
            scoped: take_scoped(&mut attrs),
            attrs,
            vis,
            defaultness,
            sig,
            brace: syn::braced!(content in input),
            body: content.parse()?,
        })
    }
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let head: Head = input.parse()?;
        if input.peek(Token![;]) {
            return Err(syn::Error::new(
                head.sig.ident.span(),
                format!(
                    "`{}` has no body to put into a scope\nhelp: annotate the implementation instead",
                    head.sig.ident
                ),
            ));
        }
        Self::with(head, input)
    }
}

impl ToTokens for Function {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        for attr in &self.attrs {
            attr.to_tokens(tokens);
        }
        self.vis.to_tokens(tokens);
        self.defaultness.to_tokens(tokens);
        self.sig.to_tokens(tokens);
        self.brace
            .surround(tokens, |inner| self.body.to_tokens(inner));
    }
}

struct Head {
    attrs: Vec<Attribute>,
    vis: Visibility,
    defaultness: Option<Token![default]>,
    sig: Signature,
}

impl Parse for Head {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self {
            attrs: input.call(Attribute::parse_outer)?,
            vis: input.parse()?,
            defaultness: input.parse()?,
            sig: input.parse()?,
        })
    }
}
