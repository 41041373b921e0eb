//! The body of a function that can have a scope, and what it returns.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser as _};
use syn::visit_mut::{self, VisitMut};
use syn::{
    Attribute, Block, Expr, ExprAsync, ExprPath, GenericArgument, Local, Path, PathArguments,
    PathSegment, ReturnType, Stmt, Type, TypeParamBound,
};

use super::{imports, unread};
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
    Boxed {
        pin: ExprPath,
        future: ExprAsync,
        /// How the runtime can box it; none if more is asked of it than we can promise.
        boxed: Option<Boxed>,
        /// Whether the block has a return edge of its own, which `async_trait` puts
        /// at its begin, and a variable at its end.
        has_edge: bool,
    },
    /// `fn f() -> R { let body = async { stmts }; .. block_on(body) }`, which is
    /// what `#[tokio::main]` and `#[tokio::test]` make of it.
    Driven {
        body: Box<Local>,
        future: ExprAsync,
        rest: Vec<Stmt>,
    },
}

/// What the runtime promises of a future that it boxes, besides its lifetime.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Boxed {
    Send,
    Local,
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
        let Some((output, boxed)) = boxed_future(&function.sig.output) else {
            return Self::driven(function);
        };
        let (inner, stmts, unread) = if let Some((pinned, stmts)) = unread::boxed(function) {
            (Vec::new(), pinned, Some(stmts))
        } else {
            let (inner, stmts) = statements(function)?;
            (inner, stmts, None)
        };
        Ok(pinned_block(stmts).map(|(pin, mut future)| {
            let is_unread = unread.is_some();
            let stmts = unread.unwrap_or_else(|| std::mem::take(&mut future.block.stmts));
            let has_edge = is_unread || has_edge(&stmts);
            Self {
                inner,
                stmts,
                output: Some(output.clone()),
                form: Form::Boxed {
                    pin,
                    future,
                    boxed,
                    has_edge,
                },
            }
        }))
    }

    fn driven(function: &Function) -> syn::Result<Option<Self>> {
        if !has_block_on(&function.body) {
            return Ok(None);
        }
        let (inner, stmts) = statements(function)?;
        let output = match &function.sig.output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some((**ty).clone()),
        };
        Ok(driven_block(stmts).map(|(body, mut future, rest)| Self {
            inner,
            stmts: std::mem::take(&mut future.block.stmts),
            output,
            form: Form::Driven { body, future, rest },
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
    let read = parser.parse2(function.body.clone());
    let read = read.or_else(|error| {
        let body = bare_blocks(function.body.clone());
        parser.parse2(body).map_err(|_| error)
    });
    let (inner, mut stmts) = read.map_err(|error| {
        let text = error.to_string();
        // The parser does not know where the tokens come from that it is given.
        let at_end = text.starts_with("unexpected end of input");
        let span = if at_end {
            function.brace.span.close()
        } else {
            error.span()
        };
        let message = format!("`#[scoped]` cannot read the body: {text}");
        syn::Error::new(span, message)
    })?;
    for stmt in &mut stmts {
        Ungroup.visit_stmt_mut(stmt);
    }
    imports::resolve(&mut stmts);
    Ok((inner, stmts))
}

/// Takes an `$expr` of `macro_rules!` out of the group that it comes in, so that
/// it is seen for what it is; the printer puts parentheses where they are needed.
struct Ungroup;

impl VisitMut for Ungroup {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        while let Expr::Group(group) = expr
            && group.attrs.is_empty()
        {
            *expr = std::mem::replace(&mut *group.expr, Expr::PLACEHOLDER);
        }
        visit_mut::visit_expr_mut(self, expr);
    }
}

/// The tokens, with each `$block` of `macro_rules!` as the block that it is: in
/// the group that it comes in, the parser takes it for an expression, which
/// ends a statement with a semicolon alone.
fn bare_blocks(tokens: TokenStream) -> TokenStream {
    let bare = tokens.into_iter().map(|token| match token {
        TokenTree::Group(group) => {
            let group = only_block(&group).unwrap_or(group);
            let mut bare = Group::new(group.delimiter(), bare_blocks(group.stream()));
            bare.set_span(group.span());
            bare.into()
        }
        other => other,
    });
    bare.collect()
}

fn only_block(fragment: &Group) -> Option<Group> {
    if fragment.delimiter() != Delimiter::None {
        return None;
    }
    let mut tokens = fragment.stream().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Group(block)), None) if block.delimiter() == Delimiter::Brace => {
            Some(block)
        }
        _ => None,
    }
}

/// R of `Pin<Box<dyn Future<Output = R> + ..>>`, and how that can be boxed.
fn boxed_future(output: &ReturnType) -> Option<(&Type, Option<Boxed>)> {
    let ReturnType::Type(_, ty) = output else {
        return None;
    };
    let pinned = argument_of(ty, "Pin")?;
    let Type::TraitObject(object) = argument_of(pinned, "Box")? else {
        return None;
    };
    let (mut result, mut boxed) = (None, Some(Boxed::Local));
    for bound in &object.bounds {
        match bound {
            TypeParamBound::Lifetime(_) => {}
            TypeParamBound::Trait(bound)
                if result.is_none() && output_of(&bound.path).is_some() =>
            {
                result = output_of(&bound.path);
            }
            TypeParamBound::Trait(bound) if boxed == Some(Boxed::Local) && is_send(&bound.path) => {
                boxed = Some(Boxed::Send);
            }
            _ => boxed = None,
        }
    }
    Some((result?, boxed))
}

fn is_send(path: &Path) -> bool {
    path.segments
        .last()
        .is_some_and(|last| last.ident == "Send")
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

/// Whether a block begins with `if let Some(__ret) = None::<R> { return __ret; }`.
fn has_edge(stmts: &[Stmt]) -> bool {
    let Some(Stmt::Expr(Expr::If(edge), _)) = stmts.first() else {
        return false;
    };
    match &*edge.cond {
        Expr::Let(cond) => match &*cond.expr {
            Expr::Path(none) => (none.path.segments.last()).is_some_and(|it| it.ident == "None"),
            _ => false,
        },
        _ => false,
    }
}

/// Bodies are long, and few functions are worth being looked into.
fn has_block_on(body: &TokenStream) -> bool {
    let mut tokens = body.clone().into_iter();
    let begins = ["let", "body", "=", "async"].iter().all(|word| {
        tokens
            .next()
            .is_some_and(|token| token.to_string() == *word)
    });
    begins && tokens.any(|token| token.to_string().contains("block_on"))
}

fn driven_block(stmts: Vec<Stmt>) -> Option<(Box<Local>, ExprAsync, Vec<Stmt>)> {
    let mut stmts = stmts.into_iter();
    let Some(Stmt::Local(mut body)) = stmts.next() else {
        return None;
    };
    let init = body.init.take()?;
    match *init.expr {
        Expr::Async(future) => Some((Box::new(body), future, stmts.collect())),
        _ => None,
    }
}
