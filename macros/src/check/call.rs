//! `override`: where `#[call(...)]` can stand, and how long a call can take.

use crate::args::{Limit, Rule};
use crate::calls;
use crate::errors::Errors;
use crate::input::{Function, Member};
use crate::model::{ScopedFn, ScopedImpl};

pub(super) fn in_scope(function: &ScopedFn<'_>, errors: &mut Errors) {
    if function.has_calls {
        // What is allowed is the length: the scope ends a longer call all the
        // same. An attribute in the wrong place means nothing.
        let allowed = function.exempt.allows(Rule::Override);
        let scope = function.limits.timeout.as_ref().filter(|_| !allowed);
        let mut stmts = function.body.stmts.clone();
        calls::apply(&mut stmts, scope.and_then(Limit::literal), errors);
    }
}

pub(super) fn out_of_scope(block: &ScopedImpl<'_>, errors: &mut Errors) {
    let scoped = |function: &Function| {
        let mut methods = block.methods.iter();
        methods.any(|method| std::ptr::eq(method.scoped.function, function))
    };
    for member in &block.block.members {
        if let Member::Function(function) = member
            && !scoped(function)
            && !function.body.to_string().contains("scoped")
            && let Some(span) = calls::first_in(&function.body)
        {
            let name = &function.sig.ident;
            let message = format!(
                "`{name}` is not asynchronous and has no scope whose limits a call could override\n\
                 help: write `async fn {name}`, or remove the attribute"
            );
            errors.at(span, message);
        }
    }
}
