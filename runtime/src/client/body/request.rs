use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tonic::Status;

use crate::{client::call::Call, status};

/// The upload of a bound call, in the hands of the transport.
///
/// Once its call has ended it yields an error that the transport turns into a
/// reset of the stream, and never a clean end (invariant 8).
///
/// With its first frame it looks for the next, which of a single message there is
/// none: the frame then ends the stream by its own flag, where tonic's upload alone
/// has an empty one follow ("Requests" in gRPC over HTTP2 allows both). A peer that
/// knows of the end has nothing to wait for, and neither side handles a second frame.
#[derive(Debug)]
pub(in crate::client) struct RequestBody {
    call: Arc<Call>,
    begun: bool,
    /// What the first look found, if that was not the end.
    next: Option<Box<Result<Frame<Bytes>, Status>>>,
    /// What the upload said last of itself. The transport asks more often than
    /// that changes, and each time the upload would be taken from where the close
    /// finds it, and put back.
    ended: bool,
    hint: SizeHint,
}

impl RequestBody {
    /// The upload of `call`, and what it says of itself to begin with.
    pub(in crate::client) fn new(call: Arc<Call>, ended: bool, hint: SizeHint) -> Self {
        Self {
            call,
            begun: false,
            next: None,
            ended,
            hint,
        }
    }
}

impl http_body::Body for RequestBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        self.call.sent();
        if self.ended {
            return Poll::Ready(None);
        }
        let begins = !self.begun;
        let kept = self.next.take();
        let polled = self.call.upload().with(|upload| {
            let polled = match kept {
                Some(next) => Poll::Ready(Some(*next)),
                None => Pin::new(&mut *upload).poll_frame(cx),
            };
            let (ended, hint) = (upload.is_end_stream(), upload.size_hint());
            let next = match &polled {
                Poll::Ready(None) => Poll::Ready(None),
                Poll::Ready(Some(Ok(_))) if begins && !ended => {
                    Pin::new(&mut *upload).poll_frame(cx)
                }
                _ => Poll::Pending,
            };
            (polled, next, ended, hint)
        });
        let Ok((polled, next, ended, hint)) = polled else {
            return Poll::Ready(Some(Err(status::cancelled_upload())));
        };
        self.hint = hint;
        self.ended = match next {
            Poll::Pending => ended,
            Poll::Ready(None) => true,
            Poll::Ready(Some(next)) => {
                self.next = Some(Box::new(next));
                false
            }
        };
        if polled.is_ready() {
            self.begun = true;
            self.call.moved();
            return polled;
        }
        self.call.uploader().register(cx.waker());
        // A revocation from now on wakes us; one before has not.
        if self.call.upload().is_revoked() {
            return Poll::Ready(Some(Err(status::cancelled_upload())));
        }
        Poll::Pending
    }

    /// One that has been taken away before its end has not ended (invariant 8).
    fn is_end_stream(&self) -> bool {
        self.ended
    }

    /// Asked by the connection that takes the request, and by nobody before.
    fn size_hint(&self) -> SizeHint {
        self.call.sent();
        self.hint
    }
}

impl Drop for RequestBody {
    fn drop(&mut self) {
        self.call.end_upload();
    }
}
