use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::time::Instant;

use super::{Bond, Limit, ScopeId, ScopePhase, ScopeSnapshot, Snapshot, What};
use crate::{
    lifecycle::{self, About, BondKind, Condition, Lifecycle, Seen, Stage},
    monitor,
};

pub(super) fn take() -> Snapshot {
    let mut scopes = lifecycle::listed();
    scopes.sort_by_key(|(id, scope)| (scope.meta().opened, *id));
    Snapshot {
        taken: SystemTime::now(),
        totals: monitor::totals(),
        scopes: outwards_in(&scopes)
            .into_iter()
            .map(|(index, depth, parent)| {
                let (id, scope) = &scopes[index];
                look_at(ScopeId(*id), scope, depth, parent)
            })
            .collect(),
    }
}

/// The order of a snapshot: each scope's place in the list, its depth, and its
/// parent.
fn outwards_in(scopes: &[(u64, Arc<Lifecycle>)]) -> Vec<(usize, usize, Option<ScopeId>)> {
    let places: HashMap<_, _> = (scopes.iter().enumerate())
        .map(|(index, (_, scope))| (Arc::as_ptr(scope), index))
        .collect();
    let parent_of = |scope: &Lifecycle| places.get(&Arc::as_ptr(scope.enclosing()?)).copied();
    // The oldest last, for it is taken first.
    let mut children: HashMap<Option<usize>, Vec<usize>> = HashMap::new();
    for (index, (_, scope)) in scopes.iter().enumerate().rev() {
        children.entry(parent_of(scope)).or_default().push(index);
    }
    let mut order = Vec::with_capacity(scopes.len());
    let mut next: Vec<_> = (children.remove(&None).into_iter().flatten())
        .map(|index| (index, 0, None))
        .collect();
    while let Some((index, depth, parent)) = next.pop() {
        order.push((index, depth, parent));
        let within = children.remove(&Some(index)).into_iter().flatten();
        let id = Some(ScopeId(scopes[index].0));
        next.extend(within.map(|index| (index, depth + 1, id)));
    }
    order
}

fn look_at(id: ScopeId, scope: &Lifecycle, depth: usize, parent: Option<ScopeId>) -> ScopeSnapshot {
    let meta = scope.meta();
    // One for all: nothing is older than the scope that it is bound to.
    let now = Instant::now();
    let condition = scope.condition();
    ScopeSnapshot {
        id,
        parent,
        depth,
        name: meta.site.name(),
        location: meta.site.location(),
        age: ago(meta.opened, now),
        limit: meta.deadline.zip(scope.limit()).map(|(deadline, limit)| {
            let (source, site) = limit;
            Limit {
                remaining: deadline.remaining(),
                source,
                set_by: site.name(),
            }
        }),
        phase: phase(condition),
        close_reason: condition.reason,
        overdue: condition.overdue,
        bonds: bonds(scope, now),
    }
}

fn phase(condition: Condition) -> ScopePhase {
    match (condition.reason, condition.stage) {
        (None, _) => ScopePhase::Open,
        (Some(_), Stage::Left) => ScopePhase::Draining,
        (Some(_), Stage::Ending) => ScopePhase::Ending,
        (Some(_), Stage::Serving) => ScopePhase::CleaningUp,
        (Some(_), Stage::Over) => ScopePhase::Lingering,
    }
}

/// What is bound to a scope. The tasks of one connection make one bond.
pub(in crate::monitor) fn bonds(scope: &Lifecycle, now: Instant) -> Vec<Bond> {
    let mut bonds: Vec<Bond> = Vec::new();
    let mut connections = HashMap::new();
    for seen in scope.bonds(|kind| kind != BondKind::Child) {
        let Some((group, bond)) = bond(&seen, now) else {
            continue;
        };
        if seen.kind == BondKind::Connection && group != 0 {
            let place = *connections.entry(group).or_insert(bonds.len());
            if let Some(Bond {
                what: What::Connection { tasks, .. },
                age,
                ..
            }) = bonds.get_mut(place)
            {
                *tasks += 1;
                *age = (*age).max(bond.age);
                continue;
            }
        }
        // Most hold one thing, and `push` would make room for four.
        if bonds.is_empty() {
            bonds.reserve_exact(1);
        }
        bonds.push(bond);
    }
    bonds
}

fn bond(seen: &Seen, now: Instant) -> Option<(usize, Bond)> {
    let about = seen.about()?;
    let age = about.since.map(|since| ago(since, now));
    let group = about.group;
    let what = what(seen.kind, about, now)?;
    let location = seen.place;
    Some((
        group,
        Bond {
            what,
            location,
            age,
        },
    ))
}

fn what(kind: BondKind, about: About, now: Instant) -> Option<What> {
    Some(match kind {
        BondKind::Child => return None,
        BondKind::Call => What::Call {
            method: about.target,
            peer: about.peer,
            phase: about.phase,
            remaining: about.deadline.map(crate::Deadline::remaining),
        },
        BondKind::Stream => What::Stream {
            messages: about.messages,
            since_last: about.moved.map(|moved| ago(moved, now)),
        },
        BondKind::Task => What::Task {},
        BondKind::Cleanup => What::Cleanup {},
        BondKind::Client => What::Client {
            address: about.target,
            connecting: about.phase.is_some(),
            lent: about.lent,
        },
        BondKind::Connection => What::Connection {
            address: about.target,
            tasks: 1,
        },
    })
}

fn ago(then: Instant, now: Instant) -> Duration {
    now.saturating_duration_since(then)
}
