//! `allow(rule, ..)` and `ignore(TypeClient, ..)`: what the rules do not see.

use syn::ext::IdentExt as _;
use syn::parse::{Parse as _, ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::{Ident, Path, Token};

use super::grammar::{self, Argument, Value};
use crate::errors::Errors;

/// The rules that a user can switch off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    UnboundedStream,
    ClientInLoop,
    ClientEscapes,
    FireAndForget,
    Leaked,
    Unjoinable,
    Blocking,
    OpaqueMacro,
    Override,
}

#[derive(Clone, Default)]
pub(crate) struct Exempt {
    allowed: Vec<Rule>,
    ignored: Vec<Ident>,
}

impl Rule {
    const ALL: [Self; 9] = [
        Self::UnboundedStream,
        Self::ClientInLoop,
        Self::ClientEscapes,
        Self::FireAndForget,
        Self::Leaked,
        Self::Unjoinable,
        Self::Blocking,
        Self::OpaqueMacro,
        Self::Override,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::UnboundedStream => "unbounded_stream",
            Self::ClientInLoop => "client_in_loop",
            Self::ClientEscapes => "client_escapes",
            Self::FireAndForget => "fire_and_forget",
            Self::Leaked => "leaked",
            Self::Unjoinable => "unjoinable",
            Self::Blocking => "blocking",
            Self::OpaqueMacro => "opaque_macro",
            Self::Override => "override",
        }
    }
}

impl Exempt {
    pub(crate) fn allows(&self, rule: Rule) -> bool {
        self.allowed.contains(&rule)
    }

    /// Whether a type of this name is no gRPC client.
    pub(crate) fn ignores(&self, ty: &Ident) -> bool {
        self.ignored.contains(ty)
    }

    /// Also from `rule`.
    pub(crate) fn and(mut self, rule: Rule) -> Self {
        self.allowed.push(rule);
        self
    }

    /// What either exempts.
    pub(crate) fn union(&self, other: &Self) -> Self {
        let mut all = self.clone();
        all.allowed.extend(&other.allowed);
        all.ignored.extend(other.ignored.iter().cloned());
        all
    }

    pub(super) fn allow(&mut self, argument: Argument, errors: &mut Errors) {
        let names = Ident::parse_any;
        for name in list(argument, "a rule", "leaked", names, errors) {
            match Rule::ALL.into_iter().find(|rule| name == rule.name()) {
                Some(rule) => self.allowed.push(rule),
                None => errors.push(unknown(&name)),
            }
        }
    }

    pub(super) fn ignore(&mut self, argument: Argument, errors: &mut Errors) {
        let types = list(argument, "a type", "SearchClient", Path::parse, errors);
        let names = types
            .into_iter()
            .filter_map(|path| path.segments.into_iter().last());
        self.ignored.extend(names.map(|name| name.ident));
    }
}

fn list<T>(
    argument: Argument,
    what: &str,
    example: &str,
    parse: fn(ParseStream<'_>) -> syn::Result<T>,
    errors: &mut Errors,
) -> Vec<T> {
    let (name, span) = (&argument.name, argument.span());
    let message =
        format!("`{name}` does not name {what}\nhelp: write for example `{name}({example})`");
    let tokens = match argument.value {
        Value::List(tokens) if !tokens.is_empty() => tokens,
        _ => {
            errors.at(span, message);
            return Vec::new();
        }
    };
    let parser =
        |input: ParseStream<'_>| Punctuated::<T, Token![,]>::parse_terminated_with(input, parse);
    let read = parser.parse2(tokens);
    let read = read.map_err(|error| syn::Error::new(error.span(), message));
    errors.note(read).into_iter().flatten().collect()
}

fn unknown(name: &Ident) -> syn::Error {
    let written = name.to_string();
    let known = Rule::ALL.map(Rule::name);
    let message = if written == "fallible" || written == "unbound_stream" {
        format!(
            "`{written}` is a matter of types, and without it nothing would compile\n\
             help: `tonic_scope::rules::{written}` has the ways out"
        )
    } else {
        match grammar::closest(&written, &known) {
            Some(meant) => format!("unknown rule `{written}`: did you mean `{meant}`?"),
            None => format!(
                "unknown rule `{written}`\nhelp: the rules are {}",
                grammar::list_of(&known)
            ),
        }
    };
    syn::Error::new(name.span(), message)
}
