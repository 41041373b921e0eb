use std::{any::Any, panic::Location, sync::Weak};

use super::watch::{self, Thing};
use crate::scope::Scope;

/// Notes a thing that its scope takes the contents of when it closes, and that
/// somebody may keep after that: an empty client, an ended stream.
#[inline]
pub(crate) fn escapable<T: Any + Send + Sync>(
    kind: &'static str,
    place: &'static Location<'static>,
    scope: &Scope,
    thing: impl FnOnce() -> Weak<T>,
) {
    if !watch::is_any() {
        return;
    }
    let alive: Weak<dyn Any + Send + Sync> = thing();
    let scope = scope.lifecycle();
    for watch in watch::active() {
        if watch.has(scope) {
            watch.note(Thing {
                kind,
                name: None,
                place,
                alive: alive.clone(),
                scope: Some(std::sync::Arc::downgrade(scope)),
            });
        }
    }
}
