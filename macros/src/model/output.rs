//! What a return type says about how the result leaves the scope.

use proc_macro2::Span;
use quote::quote_spanned;
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{
    GenericArgument, Path, PathArguments, PathSegment, Type, TypeImplTrait, TypeInfer,
    TypeParamBound, TypePath, TypeTraitObject,
};

use super::streams::assoc;
use super::{Body, Streams};
use crate::input::Function;

pub(crate) struct Output {
    /// What the user's body evaluates to: without `impl Trait`, and with the
    /// user's stream where the impl's associated type is the wrapped one.
    pub(crate) ty: Type,
    pub(crate) span: Span,
    pub(crate) mode: Mode,
    /// Whether it can be seen from here to be a gRPC stream.
    pub(crate) streaming: bool,
    /// An `impl Stream` in it, which no scope can own.
    pub(crate) opaque_stream: Option<Span>,
}

/// How the result leaves the scope.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The scope closes first.
    Value,
    /// The stream in it takes the scope along.
    Streaming,
    /// The type checker decides between the two.
    Infer,
    /// The scope closes first, or the test fails.
    Test,
}

impl Output {
    pub(super) fn of(body: &Body, function: &Function, streams: &Streams) -> Self {
        let name = function.sig.ident.span();
        let unit = Type::Verbatim(quote_spanned!(name=> ()));
        let written = body.output.as_ref().unwrap_or(&unit);
        let mut ty = written.clone();
        let wrapped = streams.replace_in(&mut ty);
        let opaque = EraseImplTrait::run(&mut ty);
        let mode = match (wrapped, opaque) {
            (true, _) => Mode::Streaming,
            (false, true) => Mode::Value,
            (false, false) => Mode::Infer,
        };
        let found = FindStreams::run(written);
        Self {
            ty,
            span: written.span(),
            mode,
            streaming: wrapped || found.response,
            opaque_stream: found.opaque,
        }
    }
}

/// `_` in place of each `impl Trait`; whether there was one.
pub(super) fn erase_impl_trait(ty: &mut Type) -> bool {
    EraseImplTrait::run(ty)
}

struct EraseImplTrait(bool);

impl EraseImplTrait {
    fn run(ty: &mut Type) -> bool {
        let mut erase = Self(false);
        erase.visit_type_mut(ty);
        erase.0
    }
}

impl VisitMut for EraseImplTrait {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if let Type::ImplTrait(opaque) = ty {
            let underscore_token = syn::Token![_](opaque.impl_token.span);
            *ty = Type::Infer(TypeInfer {
                attrs: Vec::new(),
                underscore_token,
            });
            self.0 = true;
        } else {
            visit_mut::visit_type_mut(self, ty);
        }
    }
}

/// Looks for streams that have their own names: a message may well be called
/// `VideoStream`, so only what cannot be a message counts.
#[derive(Default)]
struct FindStreams {
    in_response: bool,
    response: bool,
    opaque: Option<Span>,
}

impl FindStreams {
    fn run(ty: &Type) -> Self {
        let mut find = Self::default();
        find.visit_type(ty);
        find
    }
}

impl<'ast> Visit<'ast> for FindStreams {
    fn visit_path_segment(&mut self, segment: &'ast PathSegment) {
        let outer = self.in_response;
        self.in_response |= segment.ident == "Response";
        visit::visit_path_segment(self, segment);
        self.in_response = outer;
    }

    fn visit_type_path(&mut self, ty: &'ast TypePath) {
        let known = ty.path.segments.last().is_some_and(|last| {
            ["BoxStream", "LocalBoxStream", "ScopedStream"]
                .iter()
                .any(|name| last.ident == name)
        });
        let named = assoc(ty).is_some_and(|ident| ident.to_string().ends_with("Stream"));
        self.response |= self.in_response && (known || named);
        visit::visit_type_path(self, ty);
    }

    fn visit_type_trait_object(&mut self, ty: &'ast TypeTraitObject) {
        self.response |= self.in_response && ty.bounds.iter().any(is_stream);
        visit::visit_type_trait_object(self, ty);
    }

    fn visit_type_impl_trait(&mut self, ty: &'ast TypeImplTrait) {
        if ty.bounds.iter().any(is_stream) {
            self.opaque.get_or_insert(ty.span());
        }
        visit::visit_type_impl_trait(self, ty);
    }
}

fn is_stream(bound: &TypeParamBound) -> bool {
    let TypeParamBound::Trait(bound) = bound else {
        return false;
    };
    bound.path.segments.last().is_some_and(|last| {
        ["Stream", "TryStream", "FusedStream"]
            .iter()
            .any(|name| last.ident == name)
    })
}

/// The arguments that carry a stream: of `Response<..>` anywhere, and of an
/// alias such as `type Answer<T> = Result<Response<T>, Status>` on the outside.
pub(super) fn carried(ty: &Type) -> Vec<&Type> {
    let mut found = Carried(Vec::new());
    if let Type::Path(path) = ty
        && path
            .path
            .segments
            .last()
            .is_some_and(|last| last.ident != "Result")
    {
        found.take(&path.path);
    }
    found.visit_type(ty);
    found.0
}

struct Carried<'ast>(Vec<&'ast Type>);

impl<'ast> Carried<'ast> {
    fn take(&mut self, path: &'ast Path) {
        if let Some(segment) = path.segments.last()
            && let PathArguments::AngleBracketed(arguments) = &segment.arguments
        {
            self.0
                .extend(arguments.args.iter().filter_map(|argument| match argument {
                    GenericArgument::Type(ty) => Some(ty),
                    _ => None,
                }));
        }
    }
}

impl<'ast> Visit<'ast> for Carried<'ast> {
    fn visit_path(&mut self, path: &'ast Path) {
        if path
            .segments
            .last()
            .is_some_and(|last| last.ident == "Response")
        {
            self.take(path);
        }
        visit::visit_path(self, path);
    }
}
