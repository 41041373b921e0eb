//! The one place that decides which gRPC status an end of ours becomes.
//!
//! [Status codes and their use in gRPC](https://github.com/grpc/grpc/blob/master/doc/statuscodes.md).

use std::{error::Error, iter, sync::Arc};

use http::{HeaderMap, HeaderValue};
use tonic::{Code, Status, TimeoutExpired};

use crate::{
    client::{ConnectCause, ConnectError},
    error::{Cause, ScopeError},
    lifecycle::CloseReason,
};

impl From<ScopeError> for Status {
    fn from(error: ScopeError) -> Self {
        let mut status = Self::new(code(&error), error.to_string());
        status.set_source(Arc::new(error));
        status
    }
}

/// A connection that could not be made is `UNAVAILABLE`, which tells a caller
/// that it may try again.
impl From<ConnectError> for Status {
    fn from(error: ConnectError) -> Self {
        match error.into_cause() {
            ConnectCause::Transport(error) => {
                let mut status = Self::unavailable(with_sources(&*error));
                status.set_source(error);
                status
            }
            ConnectCause::Scope(error) => error.into(),
            ConnectCause::Pool(error) => {
                let code = if error.is_full() {
                    Code::ResourceExhausted
                } else {
                    Code::Unavailable
                };
                let mut status = Self::new(code, with_sources(&error));
                status.set_source(Arc::new(error));
                status
            }
            // No retry can make that right.
            ConnectCause::Address(error) => {
                let mut status = Self::failed_precondition(error.to_string());
                status.set_source(Arc::new(error));
                status
            }
        }
    }
}

/// tonic's transport errors say little; what they wrap says why.
fn with_sources(error: &dyn Error) -> String {
    let mut message = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        let said = source.to_string();
        if !message.ends_with(&said) {
            message = format!("{message}: {said}");
        }
        next = source.source();
    }
    message
}

fn code(error: &ScopeError) -> Code {
    use CloseReason::{Completed, Failed, Panicked};
    match error.cause() {
        // Used after its time: no retry can make that right.
        Cause::Refused(Completed | Failed | Panicked) | Cause::Unscoped | Cause::Outside => {
            Code::FailedPrecondition
        }
        Cause::Closed(reason, _) | Cause::Refused(reason) => code_of_close(reason),
        Cause::Idle(..) => code_of_close(CloseReason::Idle),
        Cause::CallTimeout(..) | Cause::CallIdle(_) => Code::DeadlineExceeded,
    }
}

/// What the close of its scope makes of a call.
pub(crate) fn code_of_close(reason: CloseReason) -> Code {
    use CloseReason::{DeadlineExceeded, Idle, Panicked, Shutdown};
    match reason {
        // Invariant 7. A gRPC status for "idle" does not exist; a limit on time
        // that was exceeded is what it is.
        DeadlineExceeded | Idle => Code::DeadlineExceeded,
        Shutdown => Code::Unavailable,
        // That of a task: the body's own leaves no error.
        Panicked => Code::Internal,
        _ => Code::Cancelled,
    }
}

/// The status with which a request body ends that its scope took away.
///
/// Invariant 8: the transport looks for an HTTP/2 reason among the sources and
/// resets the stream with it. Without one it would report an internal error.
pub(crate) fn cancelled_upload() -> Status {
    let mut status = Status::cancelled("the scope of the call has ended");
    status.set_source(Arc::new(h2::Error::from(h2::Reason::CANCEL)));
    status
}

/// The status of a handler that panicked. The message of the panic has been
/// printed by the panic hook, and is nobody else's business.
pub(crate) fn panicked() -> Status {
    Status::internal("the handler panicked")
}

/// Whether the transport gave up because of a time limit of its own.
///
/// tonic's channel enforces `Endpoint::timeout`, and `grpc-timeout` too, and
/// reports both as `CANCELLED`.
pub(crate) fn is_transport_timeout(error: &(dyn Error + 'static)) -> bool {
    chain(error).any(<dyn Error>::is::<TimeoutExpired>)
}

/// Whether the connection went away with the request, which tonic reports as
/// `CANCELLED`, though nobody has cancelled anything.
pub(crate) fn is_lost_connection(error: &(dyn Error + 'static)) -> bool {
    let mut hyper = chain(error).filter_map(|error| error.downcast_ref::<hyper::Error>());
    hyper.any(hyper::Error::is_canceled)
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    iter::successors(Some(error), |&error| error.source())
}

/// The status that headers or trailers carry, if they do.
pub(crate) fn said(headers: &HeaderMap) -> Option<Code> {
    // They are few, and looked through faster than the name is hashed.
    let status = Status::GRPC_STATUS;
    let (_, code) = headers.iter().find(|(name, _)| **name == status)?;
    Some(Code::from_bytes(code.as_bytes()))
}

/// Writes the status of an end of ours into headers or trailers, in the place
/// of any other.
pub(crate) fn write(headers: &mut HeaderMap, status: &Status) {
    headers.remove(Status::GRPC_MESSAGE);
    headers.remove(Status::GRPC_STATUS_DETAILS);
    headers.insert(Status::GRPC_STATUS, HeaderValue::from(status.code() as i32));
    // tonic also writes the message, percent-encoded. Should it refuse that,
    // the code is there already.
    let _ = status.add_header(headers);
}

/// Trailers that say nothing but this.
pub(crate) fn trailers(status: &Status) -> HeaderMap {
    let mut trailers = HeaderMap::new();
    write(&mut trailers, status);
    trailers
}
