//! How often the code at hand runs: what a loop turns, and what leaves it.

use proc_macro2::Ident;
use syn::{Block, Expr, Lifetime, Pat, Stmt};

/// Loops and functions around the code at hand, from the outside in.
#[derive(Default)]
pub(super) struct Turns(Vec<Around>);

#[derive(Clone)]
pub(super) enum Around {
    Loop(Option<Ident>),
    /// A loop whose turn is the last one.
    Left(Option<Ident>),
    /// A closure that an adapter of this name calls for each item.
    Adapter(Ident),
    /// Any other closure, and an async block: `return` leaves it, and no more.
    Function,
}

/// A way out of a loop that is taken for sure.
#[derive(Clone)]
pub(super) enum Leave {
    Break(Option<Ident>),
    Return,
}

impl Turns {
    pub(super) fn enter(&mut self, around: Around) {
        self.0.push(around);
    }

    pub(super) fn leave(&mut self) {
        self.0.pop();
    }

    /// What runs the code at hand again and again.
    pub(super) fn repeated(&self) -> Option<&Around> {
        let repeats = |around: &&Around| match around {
            Around::Loop(_) | Around::Adapter(_) => true,
            Around::Left(_) | Around::Function => false,
        };
        self.0.iter().rev().find(repeats)
    }

    /// Marks the loops that are left for sure, until they are
    /// [restored](Self::restore).
    pub(super) fn suspend(&mut self, leave: &Leave) -> Vec<Around> {
        let before = self.0.clone();
        for around in self.0.iter_mut().rev() {
            let (Around::Loop(label) | Around::Left(label)) = around else {
                break;
            };
            let label = label.take();
            let is_last = match leave {
                Leave::Return => false,
                Leave::Break(None) => true,
                Leave::Break(target) => *target == label,
            };
            *around = Around::Left(label);
            if is_last {
                break;
            }
        }
        before
    }

    pub(super) fn restore(&mut self, before: Vec<Around>) {
        self.0 = before;
    }
}

pub(super) fn label(lifetime: Option<&Lifetime>) -> Option<Ident> {
    lifetime.map(|lifetime| lifetime.ident.clone())
}

/// How a block that comes to its end goes on.
pub(super) fn at_end_of(block: &Block) -> Option<Leave> {
    match block.stmts.last()? {
        Stmt::Expr(expr, _) => leave(expr),
        _ => None,
    }
}

pub(super) fn leave(expr: &Expr) -> Option<Leave> {
    match expr {
        Expr::Break(expr) => Some(Leave::Break(label(expr.label.as_ref()))),
        Expr::Return(_) => Some(Leave::Return),
        Expr::Block(block) if block.label.is_none() => at_end_of(&block.block),
        Expr::Paren(paren) => leave(&paren.expr),
        _ => None,
    }
}

/// How a `match` on an attempt, or an `if let`, goes on where it has succeeded.
pub(super) fn on_success(expr: &Expr) -> Option<Leave> {
    match expr {
        Expr::Match(expr) => {
            let mut arms = expr.arms.iter().filter(|arm| is_ok(&arm.pat));
            arms.find_map(|arm| leave(&arm.body))
        }
        Expr::If(expr) => match &*expr.cond {
            Expr::Let(cond) if is_ok(&cond.pat) => at_end_of(&expr.then_branch),
            _ => None,
        },
        _ => None,
    }
}

fn is_ok(pat: &Pat) -> bool {
    match pat {
        Pat::TupleStruct(pat) => {
            let last = pat.path.segments.last();
            last.is_some_and(|last| last.ident == "Ok" || last.ident == "Some")
        }
        Pat::Paren(paren) => is_ok(&paren.pat),
        _ => false,
    }
}
