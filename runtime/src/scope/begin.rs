//! How a scope begins: with the tightest of the limits that hold.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{
    Limits, Scope, ambient,
    origin::{self, Role},
};
use crate::{
    deadline::{Deadline, LimitSource},
    error::{Cause, ScopeError},
    lifecycle::{CloseReason, Lifecycle, Meta, Site},
};

/// Opens a scope inside the current one.
pub(super) fn here(
    site: Site,
    limits: &Limits,
    caller: Option<(Deadline, LimitSource)>,
    streaming: bool,
) -> Result<Arc<Lifecycle>, ScopeError> {
    within(ambient::current().as_ref(), site, limits, caller, streaming)
}

/// Opens a scope inside `parent`, if there is one.
pub(super) fn within(
    parent: Option<&Scope>,
    site: Site,
    limits: &Limits,
    caller: Option<(Deadline, LimitSource)>,
    streaming: bool,
) -> Result<Arc<Lifecycle>, ScopeError> {
    let parent = parent.map(Scope::lifecycle);
    let opened = Instant::now();
    let mut limit = Tightest::default();
    if let Some(parent) = parent
        && let (Some(deadline), Some(source)) = (parent.meta().deadline, parent.limit_source())
    {
        limit.hold(deadline, source.inherited());
    }
    if let Some((deadline, source)) = caller
        && limits.inherit
    {
        limit.hold(deadline, source);
    }
    if let Some((timeout, source)) = limits.own_timeout(streaming) {
        limit.hold(Deadline::at(opened, timeout), source);
    }
    let Tightest { deadline, source } = limit;
    if deadline.is_some_and(|deadline| deadline.instant() <= opened) {
        let limit = source.map(|source| match parent.map(|parent| parent.limit()) {
            Some(Some((_, origin))) if source == LimitSource::Parent => (source, origin),
            _ => (source, site),
        });
        let cause = Cause::Closed(CloseReason::DeadlineExceeded, limit);
        return Err(ScopeError::new(site, cause, Duration::ZERO));
    }
    let meta = meta(site, opened, deadline, limits);
    let scope = Lifecycle::open(meta, source, parent)
        .map_err(|closed| ScopeError::new(site, Cause::Refused(closed.0), Duration::ZERO))?;
    if parent.is_none() {
        origin::adopt(&scope, Role::Work, ambient::current);
    }
    Ok(scope)
}

/// Opens the scope of a server, outside any and without a deadline.
pub(super) fn server(site: Site, limits: &Limits) -> Arc<Lifecycle> {
    let meta = meta(site, Instant::now(), None, limits);
    let scope = Lifecycle::root(meta, None);
    origin::adopt(&scope, Role::Server, ambient::current);
    scope
}

/// The tightest of the limits that hold.
#[derive(Default)]
struct Tightest {
    deadline: Option<Deadline>,
    source: Option<LimitSource>,
}

impl Tightest {
    /// Of two that are equal the outer one counts, which comes first.
    fn hold(&mut self, deadline: Deadline, source: LimitSource) {
        if self.deadline.is_none_or(|tightest| deadline < tightest) {
            *self = Self {
                deadline: Some(deadline),
                source: Some(source),
            };
        }
    }
}

fn meta(site: Site, opened: Instant, deadline: Option<Deadline>, limits: &Limits) -> Meta {
    Meta {
        site,
        opened,
        deadline,
        call_timeout: limits.call_timeout,
        idle: limits.idle,
        reserve: limits.reserve,
        grace: limits.grace,
    }
}
