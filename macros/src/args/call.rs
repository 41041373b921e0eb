//! The arguments of `#[call(...)]`.

use proc_macro2::TokenStream;
use syn::{Attribute, Meta};

use super::duration::{self, Name};
use super::grammar::{self, Argument, Value};
use super::{Bound, Limit};
use crate::errors::Errors;

/// What one call has in the place of its scope's defaults.
#[derive(Default)]
pub(crate) struct CallArgs {
    pub(crate) timeout: Option<Limit>,
    pub(crate) idle: Option<Limit>,
    pub(crate) reserve: Option<Limit>,
    pub(crate) local: bool,
    /// No limit: what follows is left as written.
    pub(crate) unscoped: bool,
}

const KNOWN: [&str; 5] = ["timeout", "idle", "reserve", "local", "unscoped"];

impl CallArgs {
    pub(crate) fn parse(attr: &Attribute, errors: &mut Errors) -> Self {
        let mut args = Self::default();
        let tokens = match &attr.meta {
            Meta::Path(_) => TokenStream::new(),
            Meta::List(list) => list.tokens.clone(),
            Meta::NameValue(pair) => {
                errors.at(pair.eq_token.span, NO_PARENTHESES);
                return args;
            }
        };
        if tokens.is_empty() {
            errors.push(syn::Error::new_spanned(attr, NOTHING));
        }
        let arguments = grammar::arguments(tokens, errors);
        let given = |name: &str| arguments.iter().find(|argument| argument.name == name);
        if let Some(unscoped) = given("unscoped")
            && arguments.len() > 1
        {
            errors.at(unscoped.name.span(), UNSCOPED_AND_MORE);
        }
        if let (Some(reserve), Some(_)) = (given("reserve"), given("local")) {
            errors.at(reserve.name.span(), RESERVE_AND_LOCAL);
        }
        for argument in arguments {
            args.take(argument, errors);
        }
        args.contradictions(errors);
        args
    }

    fn take(&mut self, argument: Argument, errors: &mut Errors) {
        let slot = match argument.name.to_string().as_str() {
            "timeout" => &mut self.timeout,
            "idle" => &mut self.idle,
            "reserve" => &mut self.reserve,
            "local" => {
                self.local = true;
                return word(&argument, errors);
            }
            "unscoped" => {
                self.unscoped = true;
                return word(&argument, errors);
            }
            _ => return errors.push(grammar::unknown(&argument.name, "#[call]", &KNOWN)),
        };
        *slot = Some(duration::limit(argument, Name::of_call, errors));
    }

    fn contradictions(&self, errors: &mut Errors) {
        let Some((timeout, total)) = with_literal(self.timeout.as_ref()) else {
            return;
        };
        let total = humantime::format_duration(total);
        if let Some((idle, gap)) = with_literal(self.idle.as_ref())
            && Some(gap) > timeout.literal()
        {
            let gap = humantime::format_duration(gap);
            errors.at(
                idle.span,
                format!(
                    "`idle` ({gap}) is longer than `timeout` ({total}), which always ends the \
                     call first\nhelp: shorten the one or lengthen the other"
                ),
            );
        }
        if let Some((reserve, kept)) = with_literal(self.reserve.as_ref())
            && Some(kept) >= timeout.literal()
        {
            let kept = humantime::format_duration(kept);
            errors.at(
                reserve.span,
                format!(
                    "`reserve` ({kept}) leaves nothing of `timeout` ({total}) for the peer\n\
                     help: keep back less, a few milliseconds for the way home"
                ),
            );
        }
    }
}

fn with_literal(limit: Option<&Limit>) -> Option<(&Limit, std::time::Duration)> {
    match limit {
        Some(
            limit @ Limit {
                bound: Bound::Literal(duration),
                ..
            },
        ) => Some((limit, *duration)),
        _ => None,
    }
}

fn word(argument: &Argument, errors: &mut Errors) {
    if !matches!(argument.value, Value::Nothing) {
        let name = &argument.name;
        errors.at(
            argument.span(),
            format!("`{name}` stands alone\nhelp: write `{name}`, or leave it out"),
        );
    }
}

const NO_PARENTHESES: &str = "the arguments of `#[call]` go into parentheses\n\
    help: write for example `#[call(timeout = \"50ms\")]`";

const NOTHING: &str = "`#[call]` states nothing, and changes nothing\n\
    help: write for example `#[call(timeout = \"50ms\")]`, or remove it";

const UNSCOPED_AND_MORE: &str = "`unscoped` leaves what follows as written, and a limit would \
    change it\nhelp: write `#[call(unscoped)]` before the client or spawn alone, and the limits \
    before the call";

const RESERVE_AND_LOCAL: &str = "`reserve` is kept back from what the peer is told, and with \
    `local` it is told nothing\nhelp: remove one of them";
