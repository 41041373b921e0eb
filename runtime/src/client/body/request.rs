use std::{
    fmt,
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
pub(in crate::client) struct RequestBody {
    call: Arc<Call>,
}

impl RequestBody {
    pub(in crate::client) fn new(call: Arc<Call>) -> Self {
        Self { call }
    }
}

impl http_body::Body for RequestBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        // Registered before the look, as in `Call::poll_over`.
        self.call.uploader().register(cx.waker());
        self.call.sent();
        let polled = self
            .call
            .upload()
            .with(|upload| Pin::new(upload).poll_frame(cx))
            .unwrap_or_else(|_| Poll::Ready(Some(Err(status::cancelled_upload()))));
        if polled.is_ready() {
            self.call.moved();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.call
            .upload()
            .with(|upload| upload.is_end_stream())
            .unwrap_or(false)
    }

    /// Asked by the connection that takes the request, and by nobody before.
    fn size_hint(&self) -> SizeHint {
        self.call.sent();
        self.call
            .upload()
            .with(|upload| upload.size_hint())
            .unwrap_or_default()
    }
}

impl Drop for RequestBody {
    fn drop(&mut self) {
        self.call.end_upload();
    }
}

impl fmt::Debug for RequestBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestBody")
            .field("call", &self.call)
            .finish()
    }
}
