//! What the body itself imports, called by its full name.
//!
//! `use tokio::spawn;` in a body says whose `spawn` it is. An import outside of
//! it cannot be seen from here.

use proc_macro2::Ident;
use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{
    Attribute, Block, Expr, ExprPath, Item, ItemUse, Macro, PatIdent, Path, Stmt, UseTree,
    parse_quote,
};

use crate::macros;

// Input:
//     use tokio::spawn;
//     spawn(work())
//
// Output:
//     #[allow(unused_imports)]
//     use tokio::spawn;
//     tokio::spawn(work())
pub(super) fn resolve(stmts: &mut [Stmt]) {
    let mut bound = Bound::default();
    for stmt in &*stmts {
        bound.visit_stmt(stmt);
    }
    if bound.imports {
        let mut resolve = Resolve {
            bound: bound.names,
            scopes: Vec::new(),
            changes: 0,
        };
        resolve.block(stmts);
    }
}

/// What a last name is worth being known for, behind the one before it.
const KNOWN: [(&str, &str); 9] = [
    ("tokio", "spawn"),
    ("task", "spawn"),
    ("task", "spawn_local"),
    ("task", "spawn_blocking"),
    ("task", "block_in_place"),
    ("thread", "spawn"),
    ("thread", "sleep"),
    ("mem", "forget"),
    ("executor", "block_on"),
];

/// Names that may stand for something else than an import.
#[derive(Default)]
struct Bound {
    names: Vec<Ident>,
    imports: bool,
}

impl<'ast> Visit<'ast> for Bound {
    fn visit_item(&mut self, item: &'ast Item) {
        match item {
            Item::Fn(function) => self.names.push(function.sig.ident.clone()),
            Item::Use(_) => self.imports = true,
            _ => {}
        }
    }

    fn visit_pat_ident(&mut self, pat: &'ast PatIdent) {
        self.names.push(pat.ident.clone());
        visit::visit_pat_ident(self, pat);
    }
}

struct Resolve {
    bound: Vec<Ident>,
    /// Of the blocks around the code at hand, from the outside in.
    scopes: Vec<Imports>,
    /// Tells whether the tokens of a macro have to be written anew.
    changes: usize,
}

#[derive(Default)]
struct Imports {
    names: Vec<(Ident, Path)>,
    globs: Vec<Path>,
    used: bool,
}

impl Resolve {
    fn block(&mut self, stmts: &mut [Stmt]) {
        self.scopes.push(Imports::of(stmts));
        for stmt in &mut *stmts {
            self.visit_stmt_mut(stmt);
        }
        let used = self.scopes.pop().is_some_and(|imports| imports.used);
        for stmt in stmts {
            if let Stmt::Item(Item::Use(item)) = stmt
                && used
            {
                let allow: Attribute = parse_quote!(#[allow(unused_imports)]);
                item.attrs.push(allow);
            }
        }
    }

    fn path(&mut self, path: &mut Path) {
        let Some(first) = path.segments.first() else {
            return;
        };
        if path.leading_colon.is_some() || self.bound.contains(&first.ident) {
            return;
        }
        let single = path.segments.len() == 1;
        for imports in self.scopes.iter_mut().rev() {
            if let Some(full) = imports.full(&first.ident, single) {
                let mut full = located(full, first.ident.span());
                if let (Some(last), false) = (full.segments.last_mut(), first.arguments.is_none()) {
                    last.arguments = first.arguments.clone();
                }
                full.segments.extend(path.segments.iter().skip(1).cloned());
                *path = full;
                imports.used = true;
                self.changes += 1;
                return;
            }
            if imports.has(&first.ident) {
                return;
            }
        }
    }
}

impl Imports {
    fn of(stmts: &[Stmt]) -> Self {
        let mut imports = Self::default();
        for stmt in stmts {
            if let Stmt::Item(Item::Use(item)) = stmt {
                imports.read(item);
            }
        }
        imports
    }

    fn read(&mut self, item: &ItemUse) {
        let root = Path {
            leading_colon: item.leading_colon,
            segments: syn::punctuated::Punctuated::new(),
        };
        self.tree(root, &item.tree);
    }

    fn tree(&mut self, mut path: Path, tree: &UseTree) {
        match tree {
            UseTree::Path(step) => {
                path.segments.push(step.ident.clone().into());
                self.tree(path, &step.tree);
            }
            UseTree::Name(name) if name.ident == "self" => {
                if let Some(last) = path.segments.last() {
                    self.names.push((last.ident.clone(), path));
                }
            }
            UseTree::Name(name) => {
                path.segments.push(name.ident.clone().into());
                self.names.push((name.ident.clone(), path));
            }
            UseTree::Rename(rename) => {
                if rename.ident != "self" {
                    path.segments.push(rename.ident.clone().into());
                }
                self.names.push((rename.rename.clone(), path));
            }
            UseTree::Glob(_) => self.globs.push(path),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.tree(path.clone(), tree);
                }
            }
        }
    }

    fn has(&self, name: &Ident) -> bool {
        self.names.iter().any(|(known, _)| known == name)
    }

    /// The path of what is imported as `name`, where that tells more: of a
    /// function that is known, and of anything that has another name here.
    fn full(&self, name: &Ident, single: bool) -> Option<Path> {
        let named = self.names.iter().find(|(known, _)| known == name);
        match named {
            Some((_, path)) => {
                let renamed = path.segments.last().is_some_and(|last| last.ident != *name);
                (renamed || single && is_known(path)).then(|| path.clone())
            }
            None if single => self.globs.iter().find_map(|glob| {
                let mut path = glob.clone();
                path.segments.push(name.clone().into());
                is_known(&path).then_some(path)
            }),
            None => None,
        }
    }
}

fn is_known(path: &Path) -> bool {
    let mut names = path.segments.iter().rev().map(|segment| &segment.ident);
    let (Some(last), Some(owner)) = (names.next(), names.next()) else {
        return false;
    };
    KNOWN.iter().any(|(a, b)| owner == a && last == b)
}

/// With the user's place, where errors belong.
fn located(mut path: Path, user: proc_macro2::Span) -> Path {
    for segment in &mut path.segments {
        segment.ident.set_span(user);
    }
    path
}

impl VisitMut for Resolve {
    fn visit_item_mut(&mut self, _: &mut Item) {}

    fn visit_block_mut(&mut self, block: &mut Block) {
        self.block(&mut block.stmts);
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if let Expr::Path(ExprPath {
            qself: None, path, ..
        }) = expr
        {
            self.path(path);
        }
        visit_mut::visit_expr_mut(self, expr);
    }

    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        let before = self.changes;
        if let Some(tokens) = macros::arguments(mac, self)
            && self.changes > before
        {
            mac.tokens = tokens;
        }
    }
}
