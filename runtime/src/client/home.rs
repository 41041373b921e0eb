use std::{
    fmt,
    panic::Location,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use tokio::time::Instant;

use super::{Lender, Lends};
use crate::{
    channels::Record,
    error::ScopeError,
    lifecycle::{About, BondKind, CloseReason, End, Ending, GuardSlot},
    scope::{Scope, origin},
};

/// A transport that a scope owns or has borrowed, and that its close takes away.
///
/// A client that escaped its scope still points here, and is told why there is none.
pub(super) struct Home<S> {
    scope: Scope,
    made: Instant,
    tenure: Tenure<S>,
    guard: GuardSlot,
}

/// How a home has its transport.
pub(super) enum Tenure<S> {
    /// In a slot that the close empties, and the channel that it is, if that is known.
    Owned(Mutex<Option<S>>, Option<Arc<Record>>),
    /// Until it is given back.
    Lent(Arc<dyn Lends<S>>),
}

/// Where a transport comes from.
#[derive(Clone, Default)]
pub(super) struct Origin {
    /// The channel that it is, if that is known.
    pub(super) channel: Option<Arc<Record>>,
    /// Whose it is, if it is borrowed.
    pub(super) lender: Option<Arc<dyn Lender>>,
}

impl<S> Tenure<S> {
    pub(super) fn owned(transport: S, channel: Option<Arc<Record>>) -> Self {
        Self::Owned(Mutex::new(Some(transport)), channel)
    }

    fn channel(&self) -> Option<&Arc<Record>> {
        match self {
            Self::Owned(_, channel) => channel.as_ref(),
            Self::Lent(lender) => Some(lender.channel()),
        }
    }

    fn target(&self) -> Option<&str> {
        self.channel()?.target()
    }

    fn lender(&self) -> Option<Arc<dyn Lender>> {
        match self {
            Self::Owned(..) => None,
            Self::Lent(lender) => Some(Arc::clone(lender).lender()),
        }
    }

    /// The one exception to invariant 6: `S::clone` runs under the slot's lock,
    /// which nothing else takes but this and the close, and no other lock of
    /// ours is ever held with it. Refused: a second slot for each clone of the
    /// client, which costs a bond each.
    fn transport(&self) -> Option<S>
    where
        S: Clone,
    {
        match self {
            Self::Owned(slot, _) => {
                let slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
                slot.clone()
            }
            Self::Lent(lender) => lender.transport(),
        }
    }

    fn take_away(&self) {
        match self {
            Self::Owned(slot, channel) => {
                let transport = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
                drop(transport);
                if let Some(channel) = channel {
                    channel.close();
                }
            }
            Self::Lent(lender) => lender.give_back(),
        }
    }
}

impl<S: Send + 'static> Home<S> {
    pub(super) fn new(
        tenure: Tenure<S>,
        scope: &Scope,
        place: &'static Location<'static>,
    ) -> Arc<Self> {
        let home = Arc::new(Self {
            scope: scope.clone(),
            made: Instant::now(),
            tenure,
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
        Origin {
            channel: self.tenure.channel().cloned(),
            lender: self.tenure.lender(),
        }
    }

    /// A handle to the transport, unless the scope has taken it away.
    pub(super) fn transport(&self) -> Result<S, ScopeError>
    where
        S: Clone,
    {
        self.tenure.transport().ok_or_else(|| {
            let scope = self.scope.lifecycle();
            scope.came_late(BondKind::Call, scope.meta().site.location());
            Scope::refusal(scope)
        })
    }

    fn empty(&self) {
        self.tenure.take_away();
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
            target: self.tenure.target().map(str::to_owned),
            lent: matches!(self.tenure, Tenure::Lent(_)),
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
