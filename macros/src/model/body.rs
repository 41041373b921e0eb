//! The body of a function that can have a scope, and what it returns.

use syn::parse::{ParseStream, Parser as _};
use syn::{
    Attribute, Block, Expr, ExprAsync, ExprPath, GenericArgument, Path, PathArguments, PathSegment,
    ReturnType, Stmt, Type, TypeParamBound,
};

use crate::input::Function;

pub(crate) struct Body {
    /// `#![...]` at the top of the function.
    pub(crate) inner: Vec<Attribute>,
    pub(crate) stmts: Vec<Stmt>,
    /// What the function's future resolves to; none for `()`.
    pub(crate) output: Option<Type>,
    pub(crate) form: Form,
}

pub(crate) enum Form {
    /// `async fn f() -> R { stmts }`
    Async,
    /// `fn f() -> Pin<Box<dyn Future<Output = R>>> { Box::pin(async move { stmts }) }`,
    /// which is what `async_trait` makes of it.
    Boxed { pin: ExprPath, future: ExprAsync },
}

impl Body {
    /// None where the function is not asynchronous in either form.
    ///
    /// # Errors
    ///
    /// The body does not parse.
    pub(crate) fn read(function: &Function) -> syn::Result<Option<Self>> {
        if function.sig.asyncness.is_some() {
            let (inner, stmts) = statements(function)?;
            let output = match &function.sig.output {
                ReturnType::Default => None,
                ReturnType::Type(_, ty) => Some((**ty).clone()),
            };
            return Ok(Some(Self {
                inner,
                stmts,
                output,
                form: Form::Async,
            }));
        }
        let Some(output) = boxed_future(&function.sig.output) else {
            return Ok(None);
        };
        let (inner, stmts) = statements(function)?;
        Ok(pinned_block(stmts).map(|(pin, mut future)| Self {
            inner,
            stmts: std::mem::take(&mut future.block.stmts),
            output: Some(output.clone()),
            form: Form::Boxed { pin, future },
        }))
    }

    /// Whether the function returns a boxed future, however it makes one.
    pub(crate) fn is_boxed(function: &Function) -> bool {
        boxed_future(&function.sig.output).is_some()
    }
}

fn statements(function: &Function) -> syn::Result<(Vec<Attribute>, Vec<Stmt>)> {
    let parser = |input: ParseStream<'_>| {
        Ok((
            input.call(Attribute::parse_inner)?,
            input.call(Block::parse_within)?,
        ))
    };
    parser.parse2(function.body.clone()).map_err(|error| {
        let message = format!("`#[scoped]` cannot read the body: {error}");
        syn::Error::new(error.span(), message)
    })
}

/// R of `Pin<Box<dyn Future<Output = R> + ..>>`.
fn boxed_future(output: &ReturnType) -> Option<&Type> {
    let ReturnType::Type(_, ty) = output else {
        return None;
    };
    let boxed = argument_of(ty, "Pin")?;
    let Type::TraitObject(object) = argument_of(boxed, "Box")? else {
        return None;
    };
    object.bounds.iter().find_map(|bound| match bound {
        TypeParamBound::Trait(bound) => output_of(&bound.path),
        _ => None,
    })
}

fn output_of(path: &Path) -> Option<&Type> {
    let segment = path
        .segments
        .last()
        .filter(|segment| segment.ident == "Future")?;
    arguments(segment).find_map(|argument| match argument {
        GenericArgument::AssocType(assoc) if assoc.ident == "Output" => Some(&assoc.ty),
        _ => None,
    })
}

fn argument_of<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else {
        return None;
    };
    let segment = path
        .path
        .segments
        .last()
        .filter(|segment| segment.ident == name)?;
    arguments(segment).find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

fn arguments(segment: &PathSegment) -> impl Iterator<Item = &GenericArgument> {
    match &segment.arguments {
        PathArguments::AngleBracketed(list) => Some(list.args.iter()),
        _ => None,
    }
    .into_iter()
    .flatten()
}

/// The only statement, if it is `Box::pin(async { .. })`.
///
/// Statements before it would run outside the scope, so there may be none.
fn pinned_block(stmts: Vec<Stmt>) -> Option<(ExprPath, ExprAsync)> {
    let [Stmt::Expr(Expr::Call(call), None)] = <[Stmt; 1]>::try_from(stmts).ok()? else {
        return None;
    };
    let (Expr::Path(pin), Some(argument)) = (*call.func, call.args.into_iter().next()) else {
        return None;
    };
    let mut names = pin.path.segments.iter().rev().map(|segment| &segment.ident);
    if !(names.next()? == "pin" && names.next()? == "Box") {
        return None;
    }
    match argument {
        Expr::Async(future) => Some((pin, future)),
        _ => None,
    }
}
