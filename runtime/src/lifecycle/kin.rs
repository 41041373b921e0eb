//! A scope among others: whose it is, and what it has from them.

use std::{sync::Arc, time::Duration};

use super::{CloseReason, Lifecycle, Site};
use crate::deadline::LimitSource;

impl Lifecycle {
    /// What set the deadline, and where: of a deadline that was inherited, the
    /// scope that it came from.
    pub(crate) fn limit(&self) -> Option<(LimitSource, Site)> {
        Some((self.limit?, self.limited_by(None)))
    }

    /// What set the deadline.
    pub(crate) fn limit_source(&self) -> Option<LimitSource> {
        self.limit
    }

    /// Which scope the deadline comes from, if there is one. Whoever knows that of the
    /// scope around it spares the way there.
    pub(crate) fn limited_by(&self, parents: Option<Site>) -> Site {
        let mut origin = self;
        while let (Some(LimitSource::Parent), Some(parent)) = (origin.limit, &origin.parent) {
            if let Some(site) = parents {
                return site;
            }
            origin = parent;
        }
        origin.meta().site
    }

    /// The `idle` limit for which this scope closed, and the outermost that did: the
    /// others followed it.
    pub(crate) fn stood_still(&self) -> Option<(Duration, Site)> {
        let closed = |scope: &&Self| scope.reason() == Some(CloseReason::Idle);
        let meta = self.outwards().take_while(closed).last()?.meta();
        Some((meta.idle?.into(), meta.site))
    }

    pub(crate) fn is_root(&self) -> bool {
        self.parent.is_none()
    }

    pub(super) fn parent(&self) -> Option<&Arc<Self>> {
        self.parent.as_ref()
    }

    /// Whether `self` is `other` or one of its ancestors: whether the end of
    /// `self` ends `other`.
    pub(crate) fn contains(&self, other: &Self) -> bool {
        other.outwards().any(|scope| std::ptr::eq(self, scope))
    }

    /// Whether `self` is in a cleanup of `other`, or of a scope within it: the
    /// end of `other` waits for `self`.
    pub(crate) fn cleans_up(&self, other: &Self) -> bool {
        let mut inner = self
            .outwards()
            .take_while(|scope| !std::ptr::eq(*scope, other));
        other.contains(self) && inner.any(|scope| scope.cleanup)
    }

    /// The innermost scope of a cleanup that this one is, or is in.
    pub(super) fn enclosing_cleanup(&self) -> Option<&Self> {
        self.outwards().find(|scope| scope.cleanup)
    }

    /// Itself, and the scopes around it.
    pub(crate) fn outwards(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |scope| scope.parent.as_deref())
    }
}
