//! What is told of as a `tracing` event, by the scope that it begins at.
//!
//! Nothing is told of an end that is usual (completed, failed), nor of one that
//! follows from the end of a scope around it.

use std::panic::Location;

use super::{BondKind, CloseReason, Lifecycle};

#[cfg(loom)]
pub(super) fn end(_: &Lifecycle, _: CloseReason) {}

#[cfg(loom)]
pub(super) fn late(_: &Lifecycle, _: BondKind, _: &Location<'_>) {}

/// A scope has closed. Called without any lock held: a subscriber is a user's.
#[cfg(not(loom))]
pub(super) fn end(scope: &Lifecycle, reason: CloseReason) {
    use CloseReason::{
        Cancelled, Completed, DeadlineExceeded, Failed, Idle, OwnerDropped, Panicked, Shutdown,
    };

    if matches!(reason, Completed | Failed)
        || scope
            .parent()
            .is_some_and(|parent| parent.reason().is_some())
    {
        return;
    }
    let meta = scope.meta();
    let limit = scope
        .limit()
        .map(|(source, _)| tracing::field::debug(source));
    let in_flight = scope.ended_in_flight();
    let call = in_flight.as_ref().map(|it| &*it.target);
    let phase = in_flight
        .as_ref()
        .map(|it| tracing::field::display(it.phase));
    macro_rules! tell {
        ($level:ident, $what:literal) => {
            tracing::event!(
                tracing::Level::$level,
                scope = meta.site.name(),
                place = %meta.site.location(),
                reason = reason.as_str(),
                age = ?meta.opened.elapsed(),
                limit,
                call,
                phase,
                $what
            )
        };
    }
    match reason {
        DeadlineExceeded => tell!(WARN, "a scope's deadline has passed"),
        Idle => tell!(WARN, "a scope's stream stood still for too long"),
        Panicked => tell!(ERROR, "a scope ended in a panic"),
        Cancelled => tell!(INFO, "a scope was cancelled"),
        OwnerDropped => tell!(INFO, "a scope was given up"),
        Shutdown => tell!(INFO, "a scope was ended by the shutdown of its process"),
        Completed | Failed => {}
    }
}

/// Something was to be bound to a scope that has closed.
#[cfg(not(loom))]
pub(super) fn late(scope: &Lifecycle, kind: BondKind, place: &Location<'_>) {
    let site = scope.meta().site;
    tracing::warn!(
        scope = site.name(),
        reason = scope.reason().map(CloseReason::as_str),
        late = kind.name(),
        %place,
        "refused by a scope that has closed"
    );
}
