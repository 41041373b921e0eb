use std::{
    fmt,
    panic::Location,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use tokio::time::Instant;

use super::Lender;
use crate::{
    channels::Record,
    error::ScopeError,
    lifecycle::{About, BondKind, CloseReason, End, Ending, GuardSlot},
    scope::{Scope, origin},
};

/// A transport that belongs to a scope, in a slot that the close empties.
///
/// A client that escaped its scope still points here, and is told why the slot
/// is empty.
pub(super) struct Home<S> {
    scope: Scope,
    made: Instant,
    slot: Mutex<Option<S>>,
    origin: Origin,
    guard: GuardSlot,
}

/// Where a transport comes from.
#[derive(Clone, Default)]
pub(super) struct Origin {
    /// The channel that it is, if that is known.
    pub(super) channel: Option<Arc<Record>>,
    /// Whose it is, if it is borrowed.
    pub(super) lender: Option<Arc<dyn Lender>>,
}

impl Origin {
    /// Where it goes, if that is known.
    pub(super) fn target(&self) -> Option<&str> {
        self.channel.as_ref()?.target()
    }
}

impl<S: Send + 'static> Home<S> {
    pub(super) fn new(
        transport: S,
        channel: Option<Arc<Record>>,
        lender: Option<Arc<dyn Lender>>,
        scope: &Scope,
        place: &'static Location<'static>,
    ) -> Arc<Self> {
        let home = Arc::new(Self {
            scope: scope.clone(),
            made: Instant::now(),
            slot: Mutex::new(Some(transport)),
            origin: Origin { channel, lender },
            guard: GuardSlot::new(),
        });
        let end: Weak<Self> = Arc::downgrade(&home);
        match scope.lifecycle().bind(BondKind::Client, place, end) {
            Ok(guard) => {
                home.guard.hold(guard);
                origin::escapable("client", place, scope, || Arc::downgrade(&home));
            }
            // Invariant 2: too late, and gone at once.
            Err(_) => home.empty(),
        }
        home
    }
}

impl<S> Home<S> {
    pub(super) fn scope(&self) -> &Scope {
        &self.scope
    }

    pub(super) fn origin(&self) -> Origin {
        self.origin.clone()
    }

    /// A handle to the transport, unless the scope has taken it away.
    ///
    /// The one exception to invariant 6: `S::clone` runs under the slot's lock,
    /// which nothing else takes but this and the close, and no other lock of
    /// ours is ever held with it. Refused: a second slot for each clone of the
    /// client, which costs a bond each.
    pub(super) fn transport(&self) -> Result<S, ScopeError>
    where
        S: Clone,
    {
        let slot = self.slot.lock().unwrap_or_else(PoisonError::into_inner);
        let transport = slot.clone();
        drop(slot);
        transport.ok_or_else(|| {
            let scope = self.scope.lifecycle();
            scope.came_late(BondKind::Call, scope.meta().site.location());
            Scope::refusal(scope)
        })
    }

    fn empty(&self) {
        let transport = self
            .slot
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        drop(transport);
        match (&self.origin.lender, &self.origin.channel) {
            (Some(lender), _) => lender.give_back(),
            (None, Some(channel)) => channel.close(),
            (None, None) => {}
        }
        self.guard.release();
    }
}

impl<S: Send> End for Home<S> {
    fn end(&self, _: CloseReason) -> Ending {
        self.empty();
        Ending::Done
    }

    fn about(&self) -> About {
        About {
            since: Some(self.made),
            target: self.origin.target().map(str::to_owned),
            lent: self.origin.lender.is_some(),
            ..About::default()
        }
    }
}

impl<S> fmt::Debug for Home<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Home")
            .field("scope", &self.scope.name())
            .finish_non_exhaustive()
    }
}
