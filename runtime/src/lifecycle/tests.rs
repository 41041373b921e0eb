use std::{
    cell::Cell,
    panic::{self, AssertUnwindSafe, Location},
    sync::{Arc, Weak},
};

use super::{BondKind, CloseReason, End, Ending, GuardSlot, Lifecycle, Meta, Site};

/// The kinds of bonds that a close ends, in its order.
const CLOSE_ORDER: [BondKind; 6] = [
    BondKind::Child,
    BondKind::Call,
    BondKind::Stream,
    BondKind::Task,
    BondKind::Client,
    BondKind::Connection,
];

struct Thing {
    guard: GuardSlot,
    kind: BondKind,
}

thread_local!(static ENDED: Cell<Vec<BondKind>> = const { Cell::new(Vec::new()) });

impl End for Thing {
    fn end(&self, _: CloseReason) -> Ending {
        let mut ended = ENDED.take();
        ended.push(self.kind);
        ENDED.set(ended);
        self.guard.release();
        assert!(self.kind != BondKind::Stream, "a stream's drop panics");
        Ending::Done
    }
}

#[test]
fn a_close_ends_bonds_in_order_and_all_of_them_though_one_panics() {
    let scope = Lifecycle::root(Meta::unlimited(Site::new("test")), None);
    let things = CLOSE_ORDER.map(|kind| {
        Arc::new(Thing {
            guard: GuardSlot::new(),
            kind,
        })
    });
    // Bound in another order than that in which they are to end.
    for thing in things.iter().rev() {
        let end: Weak<Thing> = Arc::downgrade(thing);
        let bound = scope.bind(thing.kind, Location::caller(), end);
        thing.guard.hold(bound.unwrap());
    }
    let closed = panic::catch_unwind(AssertUnwindSafe(|| scope.close(CloseReason::Completed)));
    assert!(closed.is_err());
    assert_eq!(ENDED.take(), CLOSE_ORDER);
    assert!(scope.has_ended());
    assert!(!scope.close(CloseReason::Cancelled));
}

#[test]
fn a_live_empty_scope_fits_in_256_bytes() {
    // Two counters precede the value in an `Arc`.
    let size = size_of::<Lifecycle>() + 2 * size_of::<usize>();
    assert!(size <= 256, "{size} bytes");
}
