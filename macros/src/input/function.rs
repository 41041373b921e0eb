//! A function or method with an opaque body.

use proc_macro2::TokenStream;
use quote::ToTokens;
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
    /// Whether a function with a body comes next.
    pub(super) fn peek(input: ParseStream<'_>) -> bool {
        let ahead = input.fork();
        Head::parse(&ahead).is_ok() && ahead.peek(token::Brace)
    }
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let Head {
            mut attrs,
            vis,
            defaultness,
            sig,
        } = input.parse()?;
        if input.peek(Token![;]) {
            return Err(syn::Error::new(
                sig.ident.span(),
                format!(
                    "`{}` has no body to put into a scope\nhelp: annotate the implementation instead",
                    sig.ident
                ),
            ));
        }
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
