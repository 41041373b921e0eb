use std::{
    collections::HashMap,
    time::{Duration, SystemTime},
};

use tokio::time::Instant;

use super::{Bond, Limit, ScopeId, ScopePhase, ScopeSnapshot, Snapshot, What, order::inwards};
use crate::{
    lifecycle::{self, About, BondKind, Condition, Lifecycle, Seen, Site, Stage},
    monitor,
};

pub(super) fn take() -> Snapshot {
    let mut scopes = lifecycle::listed();
    scopes.sort_by_key(|(id, scope)| (scope.meta().opened, *id));
    let mut limited_by: Vec<Option<Site>> = vec![None; scopes.len()];
    let places = inwards(&scopes).into_iter();
    Snapshot {
        taken: SystemTime::now(),
        totals: monitor::totals(),
        scopes: places
            .map(|place| {
                let (id, scope) = &scopes[place.index];
                // Known of the scope around it: each of a deep chain would go all its way.
                let site = scope.limited_by(place.parent.and_then(|parent| limited_by[parent]));
                limited_by[place.index] = Some(site);
                let parent = place.parent.map(|parent| ScopeId(scopes[parent].0));
                look_at(ScopeId(*id), scope, place.depth, parent, site)
            })
            .collect(),
    }
}

fn look_at(
    id: ScopeId,
    scope: &Lifecycle,
    depth: usize,
    parent: Option<ScopeId>,
    limited_by: Site,
) -> ScopeSnapshot {
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
        limit: (meta.deadline.zip(scope.limit_source())).map(|(deadline, source)| Limit {
            remaining: deadline.remaining(),
            source,
            set_by: limited_by.name(),
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        deadline::{Deadline, LimitSource},
        lifecycle::Meta,
    };

    /// Opens a scope with a deadline so many seconds from now.
    fn open(
        name: &'static str,
        seconds: u64,
        source: LimitSource,
        parent: Option<&Arc<Lifecycle>>,
    ) -> Arc<Lifecycle> {
        let now = Instant::now();
        let meta = Meta {
            deadline: Some(Deadline::at(now, Duration::from_secs(seconds))),
            ..Meta::unlimited(Site::new(name))
        };
        Lifecycle::open(meta, Some(source), parent).unwrap()
    }

    /// A hundred scopes, each in the one before, whose deadline is the first one's.
    fn chain(parent: &Arc<Lifecycle>, seconds: u64) -> Arc<Lifecycle> {
        (0..100).fold(Arc::clone(parent), |parent, _| {
            open("inherits", seconds, LimitSource::Parent, Some(&parent))
        })
    }

    #[tokio::test(start_paused = true)]
    async fn however_deep_a_scope_is_its_limit_is_told_with_where_it_is_from() {
        let unlimited = Lifecycle::root(Meta::unlimited(Site::new("unlimited")), None);
        let outer = open("outer", 60, LimitSource::Timeout, Some(&unlimited));
        let inner = open("inner", 30, LimitSource::Default, Some(&chain(&outer, 60)));
        let last = chain(&inner, 30);
        // Of those within it some have their own caller.
        let served = open("served", 30, LimitSource::Caller, Some(&inner));

        let scopes = take().scopes;
        let told = |scope: &Lifecycle| {
            let (id, _) = lifecycle::listed()
                .into_iter()
                .find(|(_, it)| std::ptr::eq(it.as_ref(), scope))
                .unwrap();
            let told = scopes.iter().find(|it| it.id == ScopeId(id)).unwrap();
            let limit = told.limit.as_ref();
            (told.depth, limit.map(|it| (it.source, it.set_by)))
        };
        assert_eq!(told(&unlimited), (0, None));
        assert_eq!(told(&outer), (1, Some((LimitSource::Timeout, "outer"))));
        assert_eq!(told(&inner), (102, Some((LimitSource::Default, "inner"))));
        assert_eq!(told(&last), (202, Some((LimitSource::Parent, "inner"))));
        assert_eq!(told(&served), (103, Some((LimitSource::Caller, "served"))));
        for scope in last.outwards() {
            let expected = scope.limit().map(|(source, site)| (source, site.name()));
            assert_eq!(told(scope).1, expected, "{scope:?}");
        }
    }
}
