//! `opaque_macro`: in a macro whose grammar is unknown nothing can be bound.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use syn::Macro;

use super::misuse::Misuse;
use super::names;
use crate::args::{Exempt, Rule};

pub(super) fn check(mac: &Macro, misuse: &mut Misuse<'_>) {
    let Some(name) = mac.path.segments.last().map(|last| &last.ident) else {
        return;
    };
    // Their arguments are text.
    if name == "stringify"
        || name == "concat"
        || name == "quote"
        || misuse.exempt.allows(Rule::OpaqueMacro)
    {
        return;
    }
    let mut found = Vec::new();
    search(mac.tokens.clone(), misuse.exempt, &mut found);
    for Found { tokens, what } in found {
        let message = format!(
            "`{name}!` cannot be looked into, so this {what} would not be bound: no deadline would \
             end it, and it would outlive the scope\n\
             help: write it before the macro, and name the result in it"
        );
        misuse.refuse(Rule::OpaqueMacro, tokens, &message);
    }
}

struct Found {
    tokens: TokenStream,
    what: &'static str,
}

fn search(tokens: TokenStream, exempt: &Exempt, found: &mut Vec<Found>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let step = match token {
            TokenTree::Group(group) => {
                search(group.stream(), exempt, found);
                1
            }
            TokenTree::Ident(_) => {
                let path = Written::read(&tokens[at..]);
                let after_dot = matches!(at.checked_sub(1).and_then(|at| tokens.get(at)),
                    Some(TokenTree::Punct(dot)) if dot.as_char() == '.');
                let called = matches!(tokens.get(at + path.end),
                    Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis);
                if let Some(what) = path.makes(after_dot, called, exempt) {
                    let tokens = tokens[at..at + path.length].iter().cloned().collect();
                    found.push(Found { tokens, what });
                }
                path.length
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => 1,
        };
        at += step;
    }
}

/// `a::B::<C>::d`, as tokens.
struct Written<'a> {
    names: Vec<&'a Ident>,
    length: usize,
    /// Behind the generics of the last name.
    end: usize,
}

impl<'a> Written<'a> {
    fn read(tokens: &'a [TokenTree]) -> Self {
        let mut names = Vec::new();
        let mut length = 0;
        let mut at = 0;
        while let Some(TokenTree::Ident(name)) = tokens.get(at) {
            names.push(name);
            at += 1;
            length = at;
            at = after_colons(tokens, at);
            if let Some(end) = after_generics(tokens, at) {
                at = after_colons(tokens, end);
            }
            if at == length {
                break;
            }
        }
        Self {
            names,
            length,
            end: at,
        }
    }

    fn makes(&self, after_dot: bool, called: bool, exempt: &Exempt) -> Option<&'static str> {
        let is = |path: &[&str]| self.names.iter().copied().eq(path.iter());
        match self.names.as_slice() {
            [name] if after_dot => (called
                && (*name == "connect_lazy"
                    || *name == "connect_with_connector"
                    || *name == "connect_with_connector_lazy"))
                .then_some("channel"),
            _ if is(&["tokio", "spawn"])
                || is(&["task", "spawn"])
                || is(&["task", "spawn_local"])
                || is(&["tokio", "task", "spawn"])
                || is(&["tokio", "task", "spawn_local"]) =>
            {
                Some("task")
            }
            [.., ty, method] if *ty == "Channel" => (called
                && (*method == "balance_list" || *method == "balance_channel"))
                .then_some("channel"),
            [.., ty, method] if names::is_client(ty, exempt) && self.names[0] != "Self" => {
                let makes = |name: &str| *method == name;
                let is_called = ["new", "with_interceptor", "with_origin"];
                (makes("connect") || called && is_called.into_iter().any(makes)).then_some("client")
            }
            [.., ty, method] if *ty == "Endpoint" => ([
                "connect",
                "connect_lazy",
                "connect_with_connector",
                "connect_with_connector_lazy",
            ]
            .iter()
            .any(|name| *method == name))
            .then_some("channel"),
            _ => None,
        }
    }
}

fn is_punct(token: Option<&TokenTree>, char: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == char)
}

fn after_colons(tokens: &[TokenTree], at: usize) -> usize {
    let colons = is_punct(tokens.get(at), ':') && is_punct(tokens.get(at + 1), ':');
    if colons { at + 2 } else { at }
}

fn after_generics(tokens: &[TokenTree], at: usize) -> Option<usize> {
    if !is_punct(tokens.get(at), '<') {
        return None;
    }
    let mut depth = 0_usize;
    for (offset, token) in tokens[at..].iter().enumerate() {
        if is_punct(Some(token), '<') {
            depth += 1;
        } else if is_punct(Some(token), '>') {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return Some(at + offset + 1);
            }
        }
    }
    None
}
