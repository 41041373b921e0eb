use std::{sync::Arc, time::Duration};

use http::HeaderMap;
use tokio::time::Instant;

use crate::{
    deadline::{Brief, Deadline, wire},
    error::{Cause, ScopeError},
    lifecycle::{CloseReason, Lifecycle, Meta, Site},
    limited,
    scope::Scope,
};

/// The limits of one call, fixed when it is made.
#[derive(Clone, Copy, Debug)]
pub(super) struct CallLimits {
    /// The scope whose deadline is the tightest, and when it opened.
    scope: (Site, Instant),
    /// A limit of the call's own that is tighter than its scopes', from the
    /// call to the end of its response stream. The scopes' own deadlines need
    /// no timer here: their close ends the call.
    own: Option<(Deadline, Duration)>,
    /// From one message of the response stream to the next.
    pub(super) idle: Option<Duration>,
    /// When the time that was sent to the peer is over: at most 1 % before the
    /// deadline, see [`wire::encode`].
    on_wire: Option<Instant>,
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
        let now = Instant::now();
        let mut tightest = current.meta();
        for scope in [Some(current), home].into_iter().flatten() {
            if let Some(reason) = scope.reason() {
                return Err(ScopeError::new(scope.meta().site, Cause::Refused(reason)));
            }
            if scope
                .meta()
                .deadline
                .is_some_and(|deadline| deadline.instant() <= now)
            {
                return Err(Scope::error(scope, CloseReason::DeadlineExceeded));
            }
            let earliest = Deadline::earliest(tightest.deadline, scope.meta().deadline);
            if earliest != tightest.deadline {
                tightest = scope.meta();
            }
        }
        let said = limited::said();
        let own = [
            said.timeout
                .or_else(|| default(current, home, |meta| meta.call_timeout)),
            wire::decode(headers),
        ];
        let own = own
            .into_iter()
            .flatten()
            .min()
            .map(|timeout| (Deadline::at(now, timeout), timeout))
            .filter(|(deadline, _)| tightest.deadline.is_none_or(|scope| *deadline < scope));
        let limits = Self {
            scope: (tightest.site, tightest.opened),
            own,
            idle: said
                .idle
                .or_else(|| default(current, home, |meta| meta.idle)),
            on_wire: None,
        };
        let deadline = own.map(|own| own.0).or(tightest.deadline);
        let Some(deadline) = deadline.filter(|_| !said.local) else {
            headers.remove(wire::GRPC_TIMEOUT);
            return Ok(limits);
        };
        let left = deadline.instant().saturating_duration_since(now);
        let reserve = said
            .reserve
            .or_else(|| default(current, home, |meta| meta.reserve));
        let left = left.saturating_sub(reserve.unwrap_or_default().min(left / 2));
        let (value, sent) = wire::encode(left).ok_or_else(|| limits.exceeded())?;
        headers.insert(wire::GRPC_TIMEOUT, value);
        Ok(Self {
            on_wire: Some(now + sent),
            ..limits
        })
    }

    /// The call's own deadline, where it has one.
    pub(super) fn own_deadline(&self) -> Option<Deadline> {
        self.own.map(|own| own.0)
    }

    /// Whether the peer, or tonic's channel, may have given up for lack of
    /// time: what they report as cancelled is then the deadline (invariant 7).
    pub(super) fn over_on_wire(&self) -> bool {
        self.on_wire.is_some_and(|end| end <= Instant::now())
    }

    /// The error for a call that ran out of time.
    pub(super) fn exceeded(&self) -> ScopeError {
        let (site, opened) = self.scope;
        ScopeError::new(
            site,
            match self.own {
                Some((_, timeout)) => Cause::CallTimeout(timeout),
                None => Cause::Closed(CloseReason::DeadlineExceeded, opened.elapsed()),
            },
        )
    }

    /// The error for a response stream that stood still.
    pub(super) fn stood_still(&self, idle: Duration) -> ScopeError {
        ScopeError::new(self.scope.0, Cause::CallIdle(idle))
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
