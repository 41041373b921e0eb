use std::{
    panic::Location,
    sync::Arc,
    task::{Wake, Waker},
    time::Duration,
};

use tokio::time::Instant;

use super::{snapshot::bonds, totals::count_overdue};
use crate::lifecycle::{BondKind, Lifecycle, Site};

/// Reports, once, what a closed scope could not end within its grace; and once
/// more when that is gone.
///
/// One event for the scope and one for each thing it holds, with the place
/// where that was made.
pub(crate) fn report_overdue(scope: &Lifecycle) {
    if !scope.becomes_overdue() {
        return;
    }
    count_overdue();
    let site = scope.meta().site;
    let now = Instant::now();
    let bonds = bonds(scope, now);
    let children: Vec<_> = scope.bonds(|kind| kind == BondKind::Child).collect();
    tracing::warn!(
        scope = site.name(),
        place = %site.location(),
        reason = ?scope.reason(),
        grace = ?Duration::from(scope.meta().grace),
        held = bonds.len() + children.len(),
        "a closed scope still holds something"
    );
    for child in children {
        tracing::warn!(
            scope = site.name(),
            held = %child.kind,
            place = %child.place,
            "still alive after its scope's close"
        );
    }
    for bond in bonds {
        tracing::warn!(
            scope = site.name(),
            held = %bond.what,
            place = %bond.location,
            age = ?bond.age,
            "still alive after its scope's close"
        );
    }
    scope.wake_at_end(Waker::from(Arc::new(AtEnd { site, since: now })));
}

/// Tells of the end of an overdue scope. A waker, because whatever holds the
/// scope ends it, if need be without a runtime.
struct AtEnd {
    site: Site,
    since: Instant,
}

impl Wake for AtEnd {
    fn wake(self: Arc<Self>) {
        tracing::info!(
            scope = self.site.name(),
            place = %self.site.location(),
            overdue = ?self.since.elapsed(),
            "what an overdue scope held is gone"
        );
    }
}

/// Reports a cleanup that did not come to its end.
pub(crate) fn report_cleanup(scope: &Lifecycle, place: &Location<'_>, fate: &str) {
    let site = scope.meta().site;
    tracing::warn!(
        scope = site.name(),
        reason = ?scope.reason(),
        %place,
        fate,
        "a cleanup did not come to its end"
    );
}
