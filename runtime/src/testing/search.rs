use std::{
    collections::HashMap,
    panic::Location,
    sync::{Arc, Weak},
};

use super::{Leak, LeakCheck, Leaks};
use crate::{
    lifecycle::{self, BondKind, Lifecycle, Site},
    scope::origin::Watch,
};

/// What is alike: its kind, its place, and the method of a call.
type Sort = (BondKind, &'static Location<'static>, Option<Arc<str>>);

type Bonds = HashMap<Sort, usize>;

/// What was there when a check began: no leak of its own.
#[derive(Debug, Default)]
pub(super) struct Baseline {
    /// By the address of the scope, which its entry keeps from being used again.
    scopes: HashMap<usize, (Weak<Lifecycle>, Bonds)>,
}

impl Baseline {
    pub(super) fn of(watch: &Watch) -> Self {
        let mut scopes = HashMap::new();
        for scope in lifecycle::live() {
            if watch.has(&scope) {
                let entry = (Arc::downgrade(&scope), bonds(&scope));
                scopes.insert(Arc::as_ptr(&scope).addr(), entry);
            }
        }
        Self { scopes }
    }

    fn bonds_of(&self, scope: &Arc<Lifecycle>) -> Option<&Bonds> {
        let (_, bonds) = self.scopes.get(&Arc::as_ptr(scope).addr())?;
        Some(bonds)
    }
}

/// What belongs to a watch and is there, beyond what was there before.
///
/// Of scopes those that are open: one that is closed is there for what it holds.
pub(super) fn leaks(watch: &Watch, before: &Baseline, check: &LeakCheck) -> Leaks {
    let mut found = Vec::new();
    for scope in lifecycle::live() {
        if !watch.has(&scope) {
            continue;
        }
        let known = before.bonds_of(&scope);
        if known.is_none() && scope.reason().is_none() && !watch.is_server(&scope) {
            found.push(of_scope(&scope));
        }
        for (sort, count) in bonds(&scope) {
            let known = known.and_then(|known| known.get(&sort));
            let more = count.saturating_sub(known.copied().unwrap_or(0));
            let (kind, place, name) = sort;
            if more > 0 {
                found.push(Leak {
                    kind: kind.name(),
                    name,
                    location: place,
                    scopes: sites(&scope).collect(),
                    reason: scope.reason(),
                    count: more,
                });
            }
        }
    }
    found.extend(watch.loose().into_iter().map(|thing| Leak {
        kind: thing.kind,
        name: thing.name.clone(),
        location: thing.place,
        scopes: Vec::new(),
        reason: None,
        count: 1,
    }));
    found.retain(|leak| !check.ignores(leak));
    Leaks::new(watch.root().map(|root| root.meta().site), found)
}

fn of_scope(scope: &Lifecycle) -> Leak {
    let site = scope.meta().site;
    Leak {
        kind: "scope",
        name: Some(site.name().into()),
        location: site.location(),
        scopes: sites(scope).skip(1).collect(),
        reason: None,
        count: 1,
    }
}

/// The scopes around what a scope holds, from the inside out.
fn sites(scope: &Lifecycle) -> impl Iterator<Item = Site> {
    scope.outwards().map(|scope| scope.meta().site)
}

/// What a scope holds, but for other scopes, which are found by themselves.
fn bonds(scope: &Lifecycle) -> Bonds {
    let mut bonds = Bonds::new();
    for seen in scope.bonds(|kind| !matches!(kind, BondKind::Child | BondKind::Cleanup)) {
        // Without an answer it is going away at this moment.
        if let Some(about) = seen.about() {
            let method = about.target.filter(|_| seen.kind == BondKind::Call);
            let sort = (seen.kind, seen.place, method.map(Arc::from));
            *bonds.entry(sort).or_default() += 1;
        }
    }
    bonds
}
