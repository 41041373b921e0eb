//! An impl whose methods each get a scope.

use syn::ext::IdentExt as _;
use syn::{ReturnType, Type};

use super::function::{not_async, twice};
use super::{Body, Output, ScopedFn, Streams, arguments};
use crate::args::{Args, Limits, Place};
use crate::errors::Errors;
use crate::input::{Function, Impl, Member};

pub(crate) struct ScopedImpl<'a> {
    pub(crate) block: &'a Impl,
    pub(crate) args: Args,
    pub(crate) streams: Streams,
    pub(crate) methods: Vec<Method<'a>>,
}

/// A method that gets a scope.
pub(crate) struct Method<'a> {
    pub(crate) scoped: ScopedFn<'a>,
    /// What its own `#[scoped(..)]` states.
    pub(crate) own: Args,
}

impl<'a> ScopedImpl<'a> {
    pub(super) fn build(args: Args, block: &'a Impl, errors: &mut Errors) -> Self {
        if let Some(again) = block.scoped.first() {
            errors.push(twice(again));
        }
        let mut scoped = Vec::new();
        let mut others = Vec::new();
        for function in functions(block) {
            let own = own_args(function, errors);
            match Body::read(function) {
                Ok(Some(body)) => scoped.push((function, own.unwrap_or_default(), body)),
                Ok(None) => {
                    if own.is_some() {
                        errors.push(not_async(function));
                    }
                    others.push(function);
                }
                Err(error) => errors.push(error),
            }
        }
        let streams = Streams::of(block, &outputs(&scoped), &written_outputs(&others));
        let prefix = args
            .name
            .clone()
            .unwrap_or_else(|| self_name(&block.head.self_ty));
        let methods = scoped
            .into_iter()
            .map(|(function, own, body)| method(function, own, body, &args, &streams, &prefix))
            .collect();
        Self {
            block,
            args,
            streams,
            methods,
        }
    }
}

fn method<'a>(
    function: &'a Function,
    own: Args,
    body: Body,
    args: &Args,
    streams: &Streams,
    prefix: &str,
) -> Method<'a> {
    let output = Output::of(&body, function, streams);
    let inherited = if output.streaming {
        of_streams(args)
    } else {
        args.limits.clone()
    };
    let limits = own.limits.or(&inherited);
    let name = match &own.name {
        Some(name) => name.clone(),
        None => format!("{prefix}::{}", function.sig.ident.unraw()),
    };
    let inherit = own.inherit.or(args.inherit);
    let exempt = own.exempt.union(&args.exempt);
    let pool = own.pool.as_ref().or(args.pool.as_ref()).cloned();
    let scoped = ScopedFn::new(function, name, limits, inherit, exempt, body, output);
    Method {
        scoped: scoped.with_pool(pool),
        own,
    }
}

/// `stream(..)` stands in for the impl's `timeout` and `idle`. The others are
/// the same thing in either kind of method, and hold for both.
fn of_streams(args: &Args) -> Limits {
    let limits = args.stream.clone().unwrap_or_default();
    limits.or(&Limits {
        timeout: None,
        idle: None,
        ..args.limits.clone()
    })
}

fn functions(block: &Impl) -> impl Iterator<Item = &Function> {
    block.members.iter().filter_map(|member| match member {
        Member::Function(function) => Some(&**function),
        _ => None,
    })
}

/// What the method's own `#[scoped(..)]` states, if it has one.
fn own_args(function: &Function, errors: &mut Errors) -> Option<Args> {
    let (first, rest) = function.scoped.split_first()?;
    if let Some(again) = rest.first() {
        errors.push(twice(again));
    }
    let tokens = errors.note(arguments(first)).unwrap_or_default();
    Some(Args::parse(tokens, Place::Method, errors))
}

fn outputs<'b>(scoped: &'b [(&Function, Args, Body)]) -> Vec<&'b Type> {
    scoped
        .iter()
        .filter_map(|(_, _, body)| body.output.as_ref())
        .collect()
}

fn written_outputs<'b>(functions: &[&'b Function]) -> Vec<&'b Type> {
    functions
        .iter()
        .filter_map(|function| match &function.sig.output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some(&**ty),
        })
        .collect()
}

/// The last segment of the type's path, without its generics.
fn self_name(ty: &Type) -> String {
    match ty {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .map_or_else(|| "_".into(), |last| last.ident.to_string()),
        Type::Reference(reference) => self_name(&reference.elem),
        Type::Group(group) => self_name(&group.elem),
        Type::Paren(paren) => self_name(&paren.elem),
        _ => "_".into(),
    }
}
