//! The arguments of `#[scoped(...)]`.
//!
//! A limit with an unreadable value is noted as wrong and still counts as
//! given, so that no later rule trips over its absence.

mod call;
mod duration;
mod exempt;
mod grammar;
mod leaks;
mod pool;
mod test;

use std::time::Duration;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Expr, Ident, Lit, Path};

pub(crate) use self::call::CallArgs;
use self::duration::Name;
pub(crate) use self::exempt::{Exempt, Rule};
use self::grammar::{Argument, Value};
pub(crate) use self::leaks::Leaks;
pub(crate) use self::pool::Pool;
pub(crate) use self::test::TestArgs;
use crate::errors::Errors;
use crate::input::Input;

#[derive(Clone, Default)]
pub(crate) struct Args {
    pub(crate) limits: Limits,
    /// Of an impl's streaming methods.
    pub(crate) stream: Option<Limits>,
    pub(crate) inherit: Option<bool>,
    pub(crate) name: Option<String>,
    /// Where tonic-scope is to be found, if not in `::tonic_scope`.
    pub(crate) root: Option<Path>,
    pub(crate) exempt: Exempt,
    pub(crate) pool: Option<Pool>,
}

#[derive(Clone, Default)]
pub(crate) struct Limits {
    pub(crate) timeout: Option<Limit>,
    pub(crate) call_timeout: Option<Limit>,
    pub(crate) idle: Option<Limit>,
    pub(crate) reserve: Option<Limit>,
    pub(crate) grace: Option<Limit>,
}

impl Limits {
    /// Whether one is an expression, which may name an argument.
    pub(crate) fn are_computed(&self) -> bool {
        self.expressions().next().is_some()
    }

    /// Whether one is computed from what is called `name`.
    pub(crate) fn look_at(&self, name: &Ident) -> bool {
        self.expressions()
            .any(|expr| has_word(expr.to_token_stream(), name))
    }

    fn expressions(&self) -> impl Iterator<Item = &Expr> {
        let all = [
            &self.timeout,
            &self.call_timeout,
            &self.idle,
            &self.reserve,
            &self.grace,
        ];
        all.into_iter()
            .flatten()
            .filter_map(|limit| match &limit.bound {
                Bound::Expr(expr) => Some(expr),
                Bound::None | Bound::Literal(_) => None,
            })
    }
}

fn has_word(tokens: TokenStream, word: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == *word,
        TokenTree::Group(group) => has_word(group.stream(), word),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// A limit, and where the user states it.
#[derive(Clone)]
pub(crate) struct Limit {
    pub(crate) span: Span,
    pub(crate) bound: Bound,
}

#[derive(Clone)]
pub(crate) enum Bound {
    /// `none`, of a `timeout` only.
    None,
    Literal(Duration),
    /// Of type `Duration`; evaluated at each entry.
    Expr(Expr),
}

/// What the attribute is written on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Function,
    Impl,
    /// A method inside an annotated impl.
    Method,
}

impl Place {
    pub(crate) fn of(input: &Input) -> Self {
        match input {
            Input::Function(_) => Self::Function,
            Input::Impl(_) => Self::Impl,
        }
    }

    fn known(self) -> &'static [&'static str] {
        match self {
            Self::Impl => &[
                "timeout",
                "call_timeout",
                "idle",
                "reserve",
                "grace",
                "stream",
                "inherit",
                "pool",
                "name",
                "crate",
                "allow",
                "ignore",
            ],
            Self::Function | Self::Method => &[
                "timeout",
                "call_timeout",
                "idle",
                "reserve",
                "grace",
                "inherit",
                "pool",
                "name",
                "crate",
                "allow",
                "ignore",
            ],
        }
    }
}

impl Args {
    pub(crate) fn parse(tokens: TokenStream, place: Place, errors: &mut Errors) -> Self {
        let mut args = Self::default();
        for argument in grammar::arguments(tokens, errors) {
            args.take(argument, place, errors);
        }
        args
    }

    fn take(&mut self, argument: Argument, place: Place, errors: &mut Errors) {
        let name = argument.name.to_string();
        match name.as_str() {
            "stream" if place == Place::Impl => self.stream = Some(stream(argument, errors)),
            "stream" => errors.at(argument.name.span(), STREAM_ON_ONE),
            "inherit" => self.inherit = errors.note(boolean(&argument)),
            "pool" => self.pool = Pool::read(argument, errors),
            "name" => self.name = errors.note(text(&argument)),
            "crate" if place == Place::Method => errors.at(argument.name.span(), CRATE_ON_METHOD),
            "crate" => self.root = errors.note(path(&argument)),
            "allow" => self.exempt.allow(argument, errors),
            "ignore" => self.exempt.ignore(argument, errors),
            _ => match self.limits.slot(&name) {
                Some(slot) => *slot = Some(duration::limit(argument, Name::of_scope, errors)),
                None => errors.push(grammar::unknown(&argument.name, "#[scoped]", place.known())),
            },
        }
    }
}

const CRATE_ON_METHOD: &str = "where the crate is to be found is a matter of the whole impl\n\
    help: write it on the impl's `#[scoped(..)]`";

const STREAM_ON_ONE: &str = "`stream(..)` tells an impl's streaming methods from its unary ones, \
    and this is one function\n\
    help: write the limits themselves, as in `#[scoped(idle = \"30s\")]`";

impl Limits {
    fn slot(&mut self, name: &str) -> Option<&mut Option<Limit>> {
        match name {
            "timeout" => Some(&mut self.timeout),
            "call_timeout" => Some(&mut self.call_timeout),
            "idle" => Some(&mut self.idle),
            "reserve" => Some(&mut self.reserve),
            "grace" => Some(&mut self.grace),
            _ => None,
        }
    }

    /// These limits, and where they state nothing, the others.
    pub(crate) fn or(&self, other: &Self) -> Self {
        let either = |a: &Option<Limit>, b: &Option<Limit>| a.as_ref().or(b.as_ref()).cloned();
        Self {
            timeout: either(&self.timeout, &other.timeout),
            call_timeout: either(&self.call_timeout, &other.call_timeout),
            idle: either(&self.idle, &other.idle),
            reserve: either(&self.reserve, &other.reserve),
            grace: either(&self.grace, &other.grace),
        }
    }
}

impl Limit {
    pub(crate) fn literal(&self) -> Option<Duration> {
        match self.bound {
            Bound::Literal(duration) => Some(duration),
            Bound::None | Bound::Expr(_) => None,
        }
    }

    pub(crate) fn is_none(&self) -> bool {
        matches!(self.bound, Bound::None)
    }
}

fn stream(argument: Argument, errors: &mut Errors) -> Limits {
    let mut limits = Limits::default();
    let span = argument.name.span();
    let Value::List(tokens) = argument.value else {
        errors.at(span, NO_STREAM_LIMIT);
        return limits;
    };
    if tokens.is_empty() {
        errors.at(span, NO_STREAM_LIMIT);
    }
    for argument in grammar::arguments(tokens, errors) {
        match limits.slot(&argument.name.to_string()) {
            Some(slot) => *slot = Some(duration::limit(argument, Name::of_scope, errors)),
            None => errors.push(not_of_streams(&argument)),
        }
    }
    limits
}

const NO_STREAM_LIMIT: &str =
    "`stream` states no limit\nhelp: write `stream(idle = \"30s\")`, or leave it out";

fn not_of_streams(argument: &Argument) -> syn::Error {
    let name = &argument.name;
    if ["inherit", "pool", "name", "allow", "ignore"]
        .iter()
        .any(|it| name == it)
    {
        let message = format!(
            "`{name}` is no limit of a stream\nhelp: write it beside `stream(..)`, not in it"
        );
        return syn::Error::new(name.span(), message);
    }
    grammar::unknown(
        name,
        "stream(..)",
        &["timeout", "call_timeout", "idle", "reserve", "grace"],
    )
}

fn boolean(argument: &Argument) -> syn::Result<bool> {
    if let Value::Expr(Expr::Lit(value)) = &argument.value
        && let Lit::Bool(value) = &value.lit
    {
        return Ok(value.value);
    }
    let message = "whether the caller's deadline counts here is decided when the function is \
        written, not when it runs\nhelp: write `inherit = true` (the default) or `inherit = false`";
    Err(syn::Error::new(argument.span(), message))
}

fn text(argument: &Argument) -> syn::Result<String> {
    if let Value::Expr(Expr::Lit(value)) = &argument.value
        && let Lit::Str(text) = &value.lit
    {
        let text = text.value();
        if !text.trim().is_empty() {
            return Ok(text);
        }
        let message = "`name` is empty, and a report about this scope would name nothing\n\
            help: write a name, or leave it out for the function's own";
        return Err(syn::Error::new(argument.span(), message));
    }
    let message = "`name` is no string literal\nhelp: write for example `name = \"refresh\"`";
    Err(syn::Error::new(argument.span(), message))
}

fn path(argument: &Argument) -> syn::Result<Path> {
    if let Value::Expr(Expr::Lit(value)) = &argument.value
        && let Lit::Str(text) = &value.lit
        && let Ok(path) = text.parse_with(Path::parse_mod_style)
    {
        return Ok(path);
    }
    let message = "`crate` is no path in quotes\n\
        help: write where `tonic_scope` is to be found, as in `crate = \"crate::rpc::scope\"`";
    Err(syn::Error::new(argument.span(), message))
}
