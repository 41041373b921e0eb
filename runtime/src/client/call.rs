use std::{
    fmt, iter,
    sync::{
        Arc, Weak,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll, ready},
};

use futures::task::AtomicWaker;
use http::uri::PathAndQuery;
use tokio::time::Instant;
use tonic::{Code, Status, body::Body};
use tower::BoxError;

use super::{
    Lender,
    home::Origin,
    limits::{CallLimits, tighter},
};
use crate::{
    channels::Record,
    deadline::{Deadline, Progress, RareTimer},
    error::ScopeError,
    lifecycle::{
        About, BondKind, CloseReason, End, Ending, GuardSlot, InFlight, Lifecycle, Phase, Revocable,
    },
    monitor,
    scope::Scope,
    status,
};

/// One call, from when it is made until neither of its bodies holds anything of
/// the transport.
///
/// The bodies live here, so that the close can drop them while nobody polls
/// them, and so that the end of the response ends the upload: tonic alone lets
/// an upload go on for as long as its request stream lives.
pub(super) struct Call {
    limits: CallLimits,
    /// The path of its method.
    method: Option<PathAndQuery>,
    upload: Revocable<Body>,
    response: Revocable<Body>,
    /// Whoever waits for the response.
    caller: AtomicWaker,
    /// The transport's task that polls the upload.
    uploader: AtomicWaker,
    current: Bound,
    /// The transport's home, if that is another scope.
    home: Option<Bound>,
    /// How far it has come, and which sides have ended.
    state: AtomicU8,
    /// Of both streams, if there is a limit to their standing still.
    progress: Progress,
    /// What carries it, if that is known.
    channel: Option<Arc<Record>>,
    /// Whose the transport is, if it is borrowed. Nobody's when the call is over,
    /// whoever still holds that.
    lender: Option<Revocable<Arc<dyn Lender>>>,
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

/// The upload has ended, and the response.
const UPLOAD: u8 = 1;
const RESPONSE: u8 = 2;
const ENDED: u8 = UPLOAD | RESPONSE;
/// A connection has taken the request, and the response's headers are there.
const SENT: u8 = 4;
const ANSWERED: u8 = 8;

impl Call {
    /// Binds a call to the scope that it is made in, and to its transport's.
    ///
    /// # Errors
    ///
    /// A scope closed just now.
    pub(super) fn bind(
        limits: CallLimits,
        method: Option<PathAndQuery>,
        upload: Body,
        current: &Arc<Lifecycle>,
        home: Option<&Arc<Lifecycle>>,
        origin: Origin,
    ) -> Result<Arc<Self>, ScopeError> {
        // A home round the current scope ends it, and the call with it.
        let home = home.filter(|home| !home.contains(current));
        let call = Arc::new(Self {
            limits,
            method,
            upload: Revocable::new(upload),
            response: Revocable::empty(),
            caller: AtomicWaker::new(),
            uploader: AtomicWaker::new(),
            current: Bound::new(current),
            home: home.map(Bound::new),
            state: AtomicU8::new(0),
            progress: Progress::default(),
            channel: origin.channel,
            lender: origin.lender.map(Revocable::new),
        });
        for bound in call.scopes() {
            let end: Weak<Self> = Arc::downgrade(&call);
            let place = bound.scope.meta().site.location();
            let guard = bound.scope.bind(BondKind::Call, place, end);
            bound
                .guard
                .hold(guard.map_err(|_| Scope::closed_error(&bound.scope))?);
        }
        if let Some(channel) = &call.channel {
            channel.started(call.limits.made);
        }
        Ok(call)
    }

    pub(super) fn limits(&self) -> &CallLimits {
        &self.limits
    }

    pub(super) fn upload(&self) -> &Revocable<Body> {
        &self.upload
    }

    pub(super) fn uploader(&self) -> &AtomicWaker {
        &self.uploader
    }

    pub(super) fn caller(&self) -> &AtomicWaker {
        &self.caller
    }

    pub(super) fn response(&self) -> &Revocable<Body> {
        &self.response
    }

    /// The transport asks for the upload: a connection has taken the request.
    pub(super) fn sent(&self) {
        // Asked for often and set once; nothing is ordered by it.
        if self.state.load(Ordering::Relaxed) & SENT == 0 {
            self.moved();
            self.state.fetch_or(SENT, Ordering::Relaxed);
        }
    }

    /// The response's headers are there.
    pub(super) fn answered(&self) {
        self.tell_lender(|lender| lender.succeeded());
        self.state.fetch_or(SENT | ANSWERED, Ordering::Relaxed);
        self.moved();
    }

    /// A message of one of the streams has gone out or come in.
    pub(super) fn moved(&self) {
        if self.limits.idle.is_some() {
            self.progress.record(self.limits.made);
        }
    }

    /// When the streams will have stood still for too long. `None` without such
    /// a limit, and while nothing has to move: before the request is sent, and
    /// between the end of the upload and the response.
    fn still_until(&self, waiting: Option<Instant>) -> Option<Deadline> {
        let idle = self.limits.idle?;
        let state = self.state.load(Ordering::Relaxed);
        if state & ANSWERED == 0 && state & (SENT | UPLOAD) != SENT {
            return None;
        }
        let still = self.progress.still_until(self.limits.made, idle);
        Some(waiting.map_or(still, |since| still.max(Deadline::at(since, idle))))
    }

    /// Ready once the call has been ended by a scope, or has run out of time,
    /// or its streams have stood still for too long.
    ///
    /// `waiting` is since when somebody has waited for the response to move, if
    /// it could: time in which nobody did is not held against the peer.
    ///
    /// Whoever is to be woken has to be registered as [`caller`](Self::caller): a
    /// close after the look wakes them.
    #[inline]
    pub(super) fn poll_over(
        &self,
        timer: &mut RareTimer,
        waiting: Option<Instant>,
        cx: &mut Context<'_>,
    ) -> Poll<ScopeError> {
        if let Some(error) = self.scope_error() {
            return Poll::Ready(error);
        }
        let own = self.limits.own_deadline();
        if own.is_none() && self.limits.idle.is_none() {
            return Poll::Pending;
        }
        self.poll_own(own, timer, waiting, cx)
    }

    /// The limits of the call itself.
    fn poll_own(
        &self,
        own: Option<Deadline>,
        timer: &mut RareTimer,
        waiting: Option<Instant>,
        cx: &mut Context<'_>,
    ) -> Poll<ScopeError> {
        loop {
            let still = self.still_until(waiting);
            let Some(first) = Deadline::earliest(own, still) else {
                return Poll::Pending;
            };
            ready!(timer.poll(first, cx));
            if own == Some(first) {
                return Poll::Ready(self.exceeded());
            }
            // The streams may have moved since the timer was set.
            if let Some(idle) = self.limits.idle
                && self.still_until(waiting) == still
            {
                let error = self.limits.stood_still(idle);
                return Poll::Ready(error.during(self.in_flight()));
            }
        }
    }

    /// The error for a call that ran out of time: its own, or that of its
    /// tighter scope, which may not have closed yet.
    fn exceeded(&self) -> ScopeError {
        let error = self.limits.exceeded().unwrap_or_else(|| {
            let current = &*self.current.scope;
            let home = self.home.as_ref();
            let tightest = home.map_or(current, |home| tighter(current, &home.scope));
            tightest.note_overrun(self.in_flight().as_ref());
            Scope::error(tightest, CloseReason::DeadlineExceeded)
        });
        error.during(self.in_flight())
    }

    /// What an error of the transport means to the caller.
    pub(super) fn explain(&self, error: BoxError) -> Status {
        if let Some(error) = self.scope_error() {
            // The transport failed because the scope took it away.
            return error.into();
        }
        let timeout = status::is_transport_timeout(&*error);
        // A borrowed connection may have been idle for long, and its peer gone.
        let lost = self.lender.is_some() && status::is_lost_connection(&*error);
        let status = Status::from_error(error);
        if status.code() == Code::Cancelled && self.limits.over_on_wire() {
            self.exceeded().into()
        } else if timeout {
            // `Endpoint::timeout`, which is tighter than any limit of ours.
            Status::deadline_exceeded("the timeout of the client's endpoint expired")
        } else {
            self.tell_lender(|lender| lender.failed());
            if lost {
                Status::unavailable("the connection was closed before it had answered")
            } else {
                status
            }
        }
    }

    /// What a status in headers or trailers means, if it is not what it says: a
    /// peer that says `CANCELLED` when the time that it was given is over means
    /// the deadline (invariant 7).
    pub(super) fn meant(&self, said: Option<Code>) -> Option<ScopeError> {
        (said == Some(Code::Cancelled) && self.limits.over_on_wire()).then(|| self.exceeded())
    }

    /// The response is over, however it ended: what is left of both bodies is
    /// dropped, and the upload, if the transport still asks for it, is
    /// cancelled.
    pub(super) fn end_response(&self, outcome: Code) {
        monitor::count_call(outcome, self.limits.made);
        if let Some(channel) = &self.channel {
            channel.ended(outcome == Code::Ok);
        }
        self.revoke();
        // A request that no connection has taken waits for one in a queue, which
        // may take long: it holds a shell of ours there, and no stream.
        let waits = self.state.load(Ordering::Relaxed) & SENT == 0;
        self.end_side(if waits { ENDED } else { RESPONSE });
    }

    /// Whoever wanted the response has dropped it.
    pub(super) fn give_up(&self) {
        let closed = self.scopes().find_map(|bound| bound.scope.reason());
        self.end_response(closed.map_or(Code::Cancelled, status::code_of_close));
    }

    /// The transport has let go of the upload.
    pub(super) fn end_upload(&self) {
        drop(self.upload.revoke());
        self.end_side(UPLOAD);
    }

    /// Why a scope has ended the call, if one has.
    #[inline]
    pub(super) fn scope_error(&self) -> Option<ScopeError> {
        let closed = self.scopes().find(|bound| bound.scope.reason().is_some())?;
        Some(self.closed_error(closed))
    }

    #[cold]
    fn closed_error(&self, closed: &Bound) -> ScopeError {
        let error = Scope::closed_error(&closed.scope);
        match error.limit_source() {
            // Its own is more to the point than that of whichever was first.
            Some(_) => error.during(self.in_flight()),
            None => error,
        }
    }

    fn scopes(&self) -> impl Iterator<Item = &Bound> {
        iter::once(&self.current).chain(&self.home)
    }

    fn in_flight(&self) -> Option<InFlight> {
        let phase = self.phase()?;
        let target = self.method.as_ref()?.path().into();
        Some(InFlight { target, phase })
    }

    /// `None` once the response has ended.
    fn phase(&self) -> Option<Phase> {
        match self.state.load(Ordering::Relaxed) {
            state if state & RESPONSE != 0 => None,
            state if state & ANSWERED != 0 => Some(Phase::Streaming),
            state if state & SENT != 0 => Some(Phase::Headers),
            _ => Some(Phase::Connecting),
        }
    }

    fn tell_lender(&self, tell: impl FnOnce(&dyn Lender)) {
        if let Some(lender) = &self.lender {
            // Without one the call is over, and its outcome known.
            let _ = lender.with(|lender| tell(&**lender));
        }
    }

    fn revoke(&self) {
        drop(self.upload.revoke());
        drop(self.response.revoke());
        drop(self.lender.as_ref().and_then(Revocable::revoke));
        self.uploader.wake();
    }

    /// The bonds are released when both sides have ended: until the transport
    /// has let go of the upload the call still holds a stream of it. A request
    /// that no connection has taken holds none; it is a place in a queue, which
    /// the transport gives up when it gets there.
    fn end_side(&self, side: u8) {
        let state = self.state.fetch_or(side, Ordering::AcqRel) | side;
        if state & ENDED == ENDED || state & (RESPONSE | SENT) == RESPONSE {
            self.scopes().for_each(|bound| bound.guard.release());
        }
    }
}

impl End for Call {
    fn end(&self, _: CloseReason) -> Ending {
        self.revoke();
        self.caller.wake();
        Ending::Done
    }

    fn in_flight(&self) -> Option<InFlight> {
        self.in_flight()
    }

    fn about(&self) -> About {
        let scopes = self.scopes().map(|bound| bound.scope.meta().deadline);
        About {
            since: Some(self.limits.made),
            target: self.method.as_ref().map(|method| method.path().to_owned()),
            peer: (self.channel.as_ref()).and_then(|channel| channel.target().map(str::to_owned)),
            phase: self.phase(),
            deadline: scopes.fold(self.limits.own_deadline(), Deadline::earliest),
            ..About::default()
        }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
