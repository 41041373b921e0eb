use std::panic::Location;

use crate::lifecycle::Lifecycle;

/// Reports, once, what a closed scope could not end within its grace.
///
/// One event for the scope and one for each thing it holds, with the place
/// where that was made.
pub(crate) fn report_overdue(scope: &Lifecycle) {
    if !scope.becomes_overdue() {
        return;
    }
    let site = scope.meta().site;
    let bonds = scope.bonds();
    tracing::warn!(
        scope = site.name(),
        place = %site.location(),
        reason = ?scope.reason(),
        grace = ?std::time::Duration::from(scope.meta().grace),
        held = bonds.len(),
        "a closed scope still holds something"
    );
    for (kind, place) in bonds {
        tracing::warn!(scope = site.name(), held = %kind, %place, "still alive after its scope's close");
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
