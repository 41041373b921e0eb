use std::{
    fmt,
    pin::Pin,
    sync::{
        Arc, Weak,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll},
};

use futures::task::AtomicWaker;
use tonic::{Code, Status, body::Body};
use tower::BoxError;

use super::limits::CallLimits;
use crate::{
    deadline::{Deadline, Timer},
    error::ScopeError,
    lifecycle::{BondKind, CloseReason, End, GuardSlot, Lifecycle, Revocable},
    scope::Scope,
    status,
};

/// One call, from when it is made until neither of its bodies holds anything of
/// the transport.
///
/// The bodies live here, so that the close can drop them while nobody polls
/// them, and so that the end of the response ends the upload: tonic alone lets
/// an upload go on for as long as its request stream lives.
pub(super) struct Call<B> {
    limits: CallLimits,
    upload: Revocable<Body>,
    response: Revocable<B>,
    /// Whoever waits for the response.
    caller: AtomicWaker,
    /// The transport's task that polls the upload.
    uploader: AtomicWaker,
    /// The current scope, and the transport's home if that is another.
    scopes: [Option<Bound>; 2],
    /// Which sides have ended.
    ended: AtomicU8,
}

/// A call's place in a scope.
#[derive(Debug)]
struct Bound {
    scope: Arc<Lifecycle>,
    guard: GuardSlot,
}

impl Bound {
    fn new(scope: &Arc<Lifecycle>) -> Self {
        Self {
            scope: Arc::clone(scope),
            guard: GuardSlot::new(),
        }
    }
}

const UPLOAD: u8 = 1;
const RESPONSE: u8 = 2;

impl<B: Send + 'static> Call<B> {
    /// Binds a call to the scope that it is made in, and to its transport's.
    ///
    /// # Errors
    ///
    /// A scope closed just now.
    pub(super) fn bind(
        limits: CallLimits,
        upload: Body,
        current: &Arc<Lifecycle>,
        home: Option<&Arc<Lifecycle>>,
    ) -> Result<Arc<Self>, ScopeError> {
        // A home round the current scope ends it, and the call with it.
        let home = home.filter(|home| !home.contains(current));
        let call = Arc::new(Self {
            limits,
            upload: Revocable::new(upload),
            response: Revocable::empty(),
            caller: AtomicWaker::new(),
            uploader: AtomicWaker::new(),
            scopes: [Some(current), home].map(|scope| scope.map(Bound::new)),
            ended: AtomicU8::new(0),
        });
        for bound in call.scopes.iter().flatten() {
            let end: Weak<Self> = Arc::downgrade(&call);
            let place = bound.scope.meta().site.location();
            let guard = bound.scope.bind(BondKind::Call, place, end);
            bound
                .guard
                .hold(guard.map_err(|_| Scope::closed_error(&bound.scope))?);
        }
        Ok(call)
    }
}

impl<B> Call<B> {
    pub(super) fn limits(&self) -> &CallLimits {
        &self.limits
    }

    pub(super) fn upload(&self) -> &Revocable<Body> {
        &self.upload
    }

    pub(super) fn uploader(&self) -> &AtomicWaker {
        &self.uploader
    }

    pub(super) fn response(&self) -> &Revocable<B> {
        &self.response
    }

    /// Ready once the call has been ended by a scope, or has run out of time,
    /// or out of patience: `idle` is when the response stream has stood still
    /// for too long.
    pub(super) fn poll_over(
        &self,
        timer: Pin<&mut Timer>,
        idle: Option<Deadline>,
        cx: &mut Context<'_>,
    ) -> Poll<ScopeError> {
        // Registered before the look: a close after the look wakes us.
        self.caller.register(cx.waker());
        if let Some(error) = self.scope_error() {
            return Poll::Ready(error);
        }
        let own = self.limits.own_deadline();
        match Deadline::earliest(own, idle) {
            Some(deadline) if timer.poll(deadline, cx).is_ready() => {}
            _ => return Poll::Pending,
        }
        Poll::Ready(match self.limits.idle {
            Some(limit) if own.is_none_or(|own| !own.is_over()) => self.limits.stood_still(limit),
            _ => self.limits.exceeded(),
        })
    }

    /// What an error of the transport means to the caller.
    pub(super) fn explain(&self, error: BoxError) -> Status {
        if let Some(error) = self.scope_error() {
            // The transport failed because the scope took it away.
            return error.into();
        }
        let timeout = status::is_transport_timeout(&*error);
        let status = Status::from_error(error);
        if status.code() == Code::Cancelled && self.limits.over_on_wire() {
            self.limits.exceeded().into()
        } else if timeout {
            // `Endpoint::timeout`, which is tighter than any limit of ours.
            Status::deadline_exceeded("the timeout of the client's endpoint expired")
        } else {
            status
        }
    }

    /// Reads headers or trailers: a peer that says `CANCELLED` when the time
    /// that it was given is over means the deadline (invariant 7).
    pub(super) fn correct(&self, headers: &mut http::HeaderMap) {
        if status::says_cancelled(headers) && self.limits.over_on_wire() {
            status::write(headers, self.limits.exceeded());
        }
    }

    /// The response is over, however it ended: what is left of both bodies is
    /// dropped, and the upload, if the transport still asks for it, is
    /// cancelled.
    pub(super) fn end_response(&self) {
        self.revoke();
        self.end_side(RESPONSE);
    }

    /// The transport has let go of the upload.
    pub(super) fn end_upload(&self) {
        drop(self.upload.revoke());
        self.end_side(UPLOAD);
    }

    /// Why a scope has ended the call, if one has.
    pub(super) fn scope_error(&self) -> Option<ScopeError> {
        let mut scopes = self.scopes.iter().flatten().map(|bound| &bound.scope);
        scopes
            .find(|scope| scope.reason().is_some())
            .map(|scope| Scope::closed_error(scope))
    }

    fn revoke(&self) {
        drop(self.upload.revoke());
        drop(self.response.revoke());
        self.uploader.wake();
    }

    /// The bonds are released when both sides have ended: until the transport
    /// has let go of the upload the call still holds a stream of it.
    fn end_side(&self, side: u8) {
        if self.ended.fetch_or(side, Ordering::AcqRel) | side == UPLOAD | RESPONSE {
            self.scopes
                .iter()
                .flatten()
                .for_each(|bound| bound.guard.release());
        }
    }
}

impl<B: Send> End for Call<B> {
    fn end(&self, _: CloseReason) {
        self.revoke();
        self.caller.wake();
    }
}

impl<B> fmt::Debug for Call<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
