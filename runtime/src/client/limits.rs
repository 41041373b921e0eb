use std::{sync::Arc, time::Duration};

use http::HeaderMap;
use tokio::time::Instant;

use crate::{
    deadline::{Brief, Deadline, LimitSource, wire},
    error::{Cause, ScopeError},
    lifecycle::{BondKind, CloseReason, Lifecycle, Meta, Site},
    limited,
    scope::Scope,
};

/// The limits of one call, fixed when it is made.
#[derive(Clone, Copy, Debug)]
pub(super) struct CallLimits {
    /// When the call was made.
    pub(super) made: Instant,
    /// The scope whose deadline is the tightest.
    site: Site,
    /// A limit of the call's own that is tighter than its scopes', from the
    /// call to the end of its response stream. The scopes' own deadlines need
    /// no timer here: their close ends the call.
    own: Option<Own>,
    /// From one message of the call's streams to the next.
    pub(super) idle: Option<Duration>,
    /// When the time that was sent to the peer is over: at most 1 % before the
    /// deadline, see [`wire::encode`].
    on_wire: Option<Instant>,
}

#[derive(Clone, Copy, Debug)]
struct Own {
    deadline: Deadline,
    timeout: Duration,
    source: LimitSource,
}

impl CallLimits {
    /// Takes the tightest of all limits, and writes what is left into the
    /// request's headers, in the place of any other `grpc-timeout`.
    ///
    /// # Errors
    ///
    /// A scope is closed, or no time is left: nothing must be sent.
    pub(super) fn fix(
        current: &Arc<Lifecycle>,
        home: Option<&Arc<Lifecycle>>,
        headers: &mut HeaderMap,
    ) -> Result<Self, ScopeError> {
        let made = Instant::now();
        let tightest = tightest(current, home, made)?;
        let scope = tightest.meta();
        let said = limited::said();
        let own = own_limit(current, home, said.timeout, headers)
            .map(|(timeout, source)| Own {
                deadline: Deadline::at(made, timeout),
                timeout,
                source,
            })
            .filter(|own| scope.deadline.is_none_or(|theirs| own.deadline < theirs));
        let limits = Self {
            made,
            site: scope.site,
            own,
            idle: said
                .idle
                .or_else(|| default(current, home, |meta| meta.idle)),
            on_wire: None,
        };
        let Some(deadline) = own.map(|own| own.deadline).or(scope.deadline) else {
            headers.remove(wire::GRPC_TIMEOUT);
            return Ok(limits);
        };
        let left = deadline.instant().saturating_duration_since(made);
        let reserve = said
            .reserve
            .or_else(|| default(current, home, |meta| meta.reserve));
        let told = left.saturating_sub(reserve.unwrap_or_default().min(left / 2));
        // Nothing left, or nothing that could be told.
        let Some((value, sent)) = wire::encode(told) else {
            return Err(limits
                .exceeded()
                .unwrap_or_else(|| Scope::error(tightest, CloseReason::DeadlineExceeded)));
        };
        if said.local {
            headers.remove(wire::GRPC_TIMEOUT);
            return Ok(limits);
        }
        // It takes the place of all there are.
        headers.insert(wire::GRPC_TIMEOUT, value);
        Ok(Self {
            on_wire: Some(made + sent),
            ..limits
        })
    }

    /// The call's own deadline, where it has one.
    pub(super) fn own_deadline(&self) -> Option<Deadline> {
        self.own.map(|own| own.deadline)
    }

    /// Whether the peer, or tonic's channel, may have given up for lack of
    /// time: what they report as cancelled is then the deadline (invariant 7).
    pub(super) fn over_on_wire(&self) -> bool {
        self.on_wire.is_some_and(|end| end <= Instant::now())
    }

    /// The error for a call that ran out of time of its own; `None` if it has no
    /// limit that is tighter than its scope's.
    pub(super) fn exceeded(&self) -> Option<ScopeError> {
        let own = self.own?;
        let cause = Cause::CallTimeout(own.source, own.timeout);
        Some(ScopeError::new(self.site, cause, self.made.elapsed()))
    }

    /// The error for streams that stood still.
    pub(super) fn stood_still(&self, idle: Duration) -> ScopeError {
        ScopeError::new(self.site, Cause::CallIdle(idle), self.made.elapsed())
    }
}

/// Of the current scope and the transport's home the tighter one.
///
/// # Errors
///
/// One is closed, or its time is over.
fn tightest<'a>(
    current: &'a Arc<Lifecycle>,
    home: Option<&'a Arc<Lifecycle>>,
    now: Instant,
) -> Result<&'a Lifecycle, ScopeError> {
    let mut tightest: &Lifecycle = current;
    for scope in [Some(current), home].into_iter().flatten() {
        if scope.reason().is_some() {
            scope.came_late(BondKind::Call, scope.meta().site.location());
            return Err(Scope::refusal(scope));
        }
        let deadline = scope.meta().deadline;
        if deadline.is_some_and(|deadline| deadline.instant() <= now) {
            return Err(Scope::error(scope, CloseReason::DeadlineExceeded));
        }
        tightest = tighter(tightest, scope);
    }
    Ok(tightest)
}

/// The scope with the earlier deadline; the first in a draw.
pub(super) fn tighter<'a>(a: &'a Lifecycle, b: &'a Lifecycle) -> &'a Lifecycle {
    match (a.meta().deadline, b.meta().deadline) {
        (Some(ours), Some(theirs)) if theirs < ours => b,
        (None, Some(_)) => b,
        _ => a,
    }
}

/// The tighter of what is said for the call (or else by its scope), and what its
/// request says.
fn own_limit(
    current: &Lifecycle,
    home: Option<&Arc<Lifecycle>>,
    said: Option<Duration>,
    headers: &HeaderMap,
) -> Option<(Duration, LimitSource)> {
    let call_timeout = || default(current, home, |meta| meta.call_timeout);
    let said = match said {
        Some(said) => Some((said, LimitSource::Call)),
        None => call_timeout().map(|timeout| (timeout, LimitSource::CallTimeout)),
    };
    let request = wire::decode(headers).map(|timeout| (timeout, LimitSource::Request));
    match (said, request) {
        (Some(ours), Some(theirs)) if theirs.0 < ours.0 => request,
        (None, _) => request,
        _ => said,
    }
}

/// What the current scope says, or else the transport's home.
fn default(
    current: &Lifecycle,
    home: Option<&Arc<Lifecycle>>,
    limit: impl Fn(&Meta) -> Option<Brief>,
) -> Option<Duration> {
    limit(current.meta())
        .or_else(|| limit(home?.meta()))
        .map(Into::into)
}
