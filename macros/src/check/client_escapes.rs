//! `client_escapes`: a client that is closed where it arrives.
//!
//! `UsersClient::new(transport)` is as long-lived as its transport, so it
//! counts as made here only where the transport does.

use proc_macro2::Ident;
use syn::visit::{self, Visit};
use syn::{Block, Expr, ExprAssign, ExprMethodCall, Path, Stmt, TraitBound, TypeReference};

use super::locals::{Kind, Locals};
use super::misuse::Misuse;
use super::names;
use crate::args::{Exempt, Rule};
use crate::errors::Errors;
use crate::model::ScopedFn;

pub(super) fn returned(function: &ScopedFn<'_>, errors: &mut Errors) {
    let Some(output) = &function.body.output else {
        return;
    };
    let mut find = InOutput {
        exempt: &function.exempt,
        in_response: false,
        found: Vec::new(),
    };
    find.visit_type(output);
    let found = find.found;
    if found.is_empty() {
        return;
    }
    // It may be that one which is returned.
    let unscoped = function.function.body.to_string().contains("unscoped");
    let mut misuse = Misuse::new(&function.exempt, errors);
    for name in found {
        if unscoped && name != "Streaming" {
            continue;
        }
        let called = if name == "Scoped" {
            "Scoped<Channel>".to_owned()
        } else {
            name.to_string()
        };
        let message = if name == "Streaming" {
            "the scope ends when this function returns, and the call behind a `Streaming` with it: \
             its caller would read one error\n\
             help: return `tonic_scope::ScopedStream<Streaming<..>>`, which takes the scope along, \
             or read the stream here"
                .to_owned()
        } else {
            format!(
                "the scope ends when this function returns, and what it has made with it: its caller \
                 would get a `{called}` that is closed\n\
                 help: make it outside of any scope and keep it, on a `Scoped<Channel>`\n\
                 help: or make the calls here, and return what they answer"
            )
        };
        misuse.refuse(Rule::ClientEscapes, &name, &message);
    }
}

/// A reference is to something that lives elsewhere. A `Response` carries a
/// message, whatever its name, or a stream, which `unbound_stream` is about. A
/// `ScopedStream` takes the scope along.
struct InOutput<'a> {
    exempt: &'a Exempt,
    in_response: bool,
    found: Vec<Ident>,
}

impl<'ast> Visit<'ast> for InOutput<'_> {
    fn visit_type_reference(&mut self, _: &'ast TypeReference) {}

    /// A trait is not generated, whatever its name.
    fn visit_trait_bound(&mut self, _: &'ast TraitBound) {}

    fn visit_path(&mut self, path: &'ast Path) {
        let Some(last) = path.segments.last() else {
            return;
        };
        let name = &last.ident;
        let foreign = path.segments.len() > 1
            && !path
                .segments
                .iter()
                .any(|it| it.ident == "tonic" || it.ident == "transport");
        let is_ours = match name.to_string().as_str() {
            "ScopedStream" => return,
            _ if self.in_response => false,
            "Channel" | "Scoped" | "Streaming" => !foreign,
            _ => path.segments[0].ident != "Self" && names::is_client(name, self.exempt),
        };
        if is_ours && !self.exempt.ignores(name) {
            self.found.push(name.clone());
            return;
        }
        let outer = self.in_response;
        self.in_response |= name == "Response";
        visit::visit_path(self, path);
        self.in_response = outer;
    }
}

/// `place = client`
pub(super) fn assign(assign: &ExprAssign, locals: &Locals, misuse: &mut Misuse<'_>) {
    if is_client(&assign.right, locals, misuse.exempt)
        && let Some(place) = outside(&assign.left, locals)
    {
        misuse.refuse(Rule::ClientEscapes, &assign.left, &stored(&place));
    }
}

/// `place.set(client)`, `place.get_or_init(|| client)` and the like
pub(super) fn method(method: &ExprMethodCall, locals: &Locals, misuse: &mut Misuse<'_>) {
    const STORES: [&str; 16] = [
        "set",
        "insert",
        "push",
        "push_back",
        "push_front",
        "replace",
        "store",
        "swap",
        "get_or_insert",
        "get_or_insert_with",
        "get_or_init",
        "get_or_try_init",
        "or_insert",
        "or_insert_with",
        "insert_entry",
        "try_insert",
    ];
    let name = &method.method;
    let is_stored = STORES.iter().any(|it| name == it)
        && method
            .args
            .iter()
            .any(|it| is_client(it, locals, misuse.exempt));
    if is_stored && let Some(place) = outside(&method.receiver, locals) {
        misuse.refuse(Rule::ClientEscapes, name, &stored(&place));
    }
}

fn stored(place: &Ident) -> String {
    format!(
        "this client was made in the scope and ends with it, but `{place}` lives on: the next call \
         through it would fail\n\
         help: make it outside of any scope, once, on a `Scoped<Channel>`, and `clone()` it here\n\
         help: or keep it in a variable of this function"
    )
}

/// What a place that outlives the call is called.
fn outside(expr: &Expr, locals: &Locals) -> Option<Ident> {
    match expr {
        Expr::Path(path) => {
            let name = &path.path.segments.last()?.ident;
            let is_static = || {
                let text = name.to_string();
                text.bytes().any(|byte| byte.is_ascii_uppercase())
                    && !text.bytes().any(|byte| byte.is_ascii_lowercase())
            };
            let is_outside = match path.path.get_ident() {
                Some(name) if locals.knows(name) => locals.kind(name) == Kind::Outside,
                _ => is_static(),
            };
            is_outside.then(|| name.clone())
        }
        Expr::Field(field) => outside(&field.base, locals),
        Expr::Index(index) => outside(&index.expr, locals),
        Expr::Paren(paren) => outside(&paren.expr, locals),
        Expr::Reference(reference) => outside(&reference.expr, locals),
        Expr::Unary(unary) => outside(&unary.expr, locals),
        Expr::Await(expr) => outside(&expr.base, locals),
        Expr::Try(expr) => outside(&expr.expr, locals),
        Expr::MethodCall(method) if is_view(&method.method) => outside(&method.receiver, locals),
        _ => None,
    }
}

/// Methods through which a place is reached.
fn is_view(name: &Ident) -> bool {
    [
        "lock",
        "write",
        "borrow_mut",
        "get_mut",
        "as_mut",
        "as_ref",
        "unwrap",
        "expect",
        "entry",
        "load",
    ]
    .iter()
    .any(|view| name == view)
}

/// Whether a value is, or holds, a client or channel made in this body.
pub(super) fn is_client(expr: &Expr, locals: &Locals, exempt: &Exempt) -> bool {
    let is_client = |expr: &Expr| is_client(expr, locals, exempt);
    match expr {
        _ if names::is_unscoped(expr) => false,
        Expr::Path(path) => path
            .path
            .get_ident()
            .is_some_and(|name| locals.kind(name) == Kind::Client),
        Expr::Await(expr) => is_client(&expr.base),
        Expr::Try(expr) => is_client(&expr.expr),
        Expr::Paren(paren) => is_client(&paren.expr),
        Expr::Tuple(tuple) => tuple.elems.iter().any(is_client),
        Expr::Closure(closure) => is_client(&closure.body),
        Expr::Async(block) => ends_in(&block.block, &is_client),
        Expr::Block(block) => ends_in(&block.block, &is_client),
        Expr::If(expr) => {
            let otherwise = expr.else_branch.as_ref();
            ends_in(&expr.then_branch, &is_client)
                || otherwise.is_some_and(|(_, otherwise)| is_client(otherwise))
        }
        Expr::Match(expr) => expr.arms.iter().any(|arm| is_client(&arm.body)),
        Expr::MethodCall(method) => {
            names::makes_channel(method) || keeps(&method.method) && is_client(&method.receiver)
        }
        Expr::Call(call) => {
            let passes_on = || match &*call.func {
                Expr::Path(path) => {
                    let client = names::client_method(path, exempt);
                    client.is_some_and(|it| it != "connect") || wraps(&path.path)
                }
                _ => false,
            };
            names::is_connect(call, exempt)
                || names::is_balance(call)
                || names::is_channel_function(call)
                || call.args.first().is_some_and(is_client) && passes_on()
        }
        _ => false,
    }
}

/// A name at the end may be bound in the block itself, where nobody looks.
fn ends_in(block: &Block, is_client: &impl Fn(&Expr) -> bool) -> bool {
    match block.stmts.last() {
        Some(Stmt::Expr(expr, None)) => !matches!(expr, Expr::Path(_)) && is_client(expr),
        _ => false,
    }
}

/// Methods of a client, or of the result of connecting, that give it back.
fn keeps(method: &Ident) -> bool {
    [
        "clone",
        "unwrap",
        "expect",
        "ok",
        "map_err",
        "or_else",
        "context",
        "with_context",
        "max_decoding_message_size",
        "max_encoding_message_size",
        "accept_compressed",
        "send_compressed",
    ]
    .iter()
    .any(|name| method == name)
}

fn wraps(path: &Path) -> bool {
    path.is_ident("Some")
        || path.is_ident("Ok")
        || path.segments.len() > 1
            && ["Arc", "Rc", "Box", "Mutex", "RwLock", "Cell", "RefCell"]
                .iter()
                .any(|wrapper| names::ends_with(path, &[wrapper, "new"]))
}
